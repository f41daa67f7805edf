import { describe, expect, it } from 'vitest';
import { startHoldingServer } from '../support/holding-server.ts';
import { startProgram } from '../support/program.ts';
import { readBooks } from '../support/read-books.ts';
import { tempFolder } from '../support/temp-folder.ts';

const KEY = 'sk-or-v1-0123456789abcdef0123456789abcdef';
const ASK = ['ask', '--model', 'deepseek/deepseek-chat', 'hello'];

describe('an answer that streams', () => {
  it('is printed as it comes, long before the upstream has finished (UPS-02)', async () => {
    const server = await startHoldingServer();
    const home = tempFolder();
    const env = { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url };
    const program = startProgram(ASK, { home, env });
    expect(await program.until((stdout) => stdout !== '')).toBe('First words');
    server.release();
    const { code, stdout, stderr } = await program.ended;
    expect(stdout).toBe('First words and the rest.\n');
    expect(stderr).toMatch(/openrouter\/deepseek\/deepseek-chat · \$0\.000021 · saved .* · call_/);
    expect(code).toBe(0);
    expect(readBooks(home).attempts).toMatchObject([{ result: 'answered', cost: 140 * 150 }]);
  });

  it('is cancelled by Ctrl-C: the upstream is hung up on, what was used is booked, and it exits 130 (MCP-13)', async () => {
    const server = await startHoldingServer();
    const home = tempFolder();
    const env = { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url };
    const program = startProgram(ASK, { home, env });
    await program.until((stdout) => stdout !== '');
    const at = performance.now();
    program.child.kill('SIGINT');
    expect((await server.hungUp()) - at).toBeLessThan(200);
    const { code, stdout, stderr } = await program.ended;
    expect(code).toBe(130);
    expect(stdout).toBe('First words\n');
    expect(stderr).toMatch(/cancelled what had been used until then is booked/);
    const { calls, attempts, windows, inFlight } = readBooks(home);
    expect(calls).toMatchObject([{ status: 'cancelled', cost_source: 'estimated' }]);
    expect(attempts).toMatchObject([{ result: 'cancelled' }]);
    expect(windows).toMatchObject([{ spent: attempts[0]?.charged, held: 0 }]);
    expect(inFlight).toBe(0);
  });

  it('that breaks off is printed as far as it came, marked, booked, and exits 1 (UPS-03)', async () => {
    const server = await startHoldingServer();
    const home = tempFolder();
    const env = { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url };
    const program = startProgram(ASK, { home, env });
    await program.until((stdout) => stdout !== '');
    await server.close();
    const { code, stdout, stderr } = await program.ended;
    expect(stdout).toBe('First words\n');
    expect(stderr).toMatch(/incomplete/);
    expect(code).toBe(1);
    expect(readBooks(home)).toMatchObject({
      calls: [{ status: 'incomplete' }],
      attempts: [{ result: 'incomplete', failure: 'stream_broken', cost_source: 'estimated' }],
      inFlight: 0,
    });
    expect(server.requests).toHaveLength(1);
  });

  it('ends in peace where its reader has had enough, as `head` has', async () => {
    const server = await startHoldingServer();
    const home = tempFolder();
    const env = { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url };
    const program = startProgram(ASK, { home, env });
    await program.until((stdout) => stdout !== '');
    program.child.stdout?.destroy();
    server.release();
    expect((await program.ended).code).toBe(0);
    expect(readBooks(home)).toMatchObject({ calls: [{}], inFlight: 0, windows: [{ held: 0 }] });
  });
});
