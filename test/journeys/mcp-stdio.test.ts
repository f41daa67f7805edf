import { describe, expect, it } from 'vitest';
import { startHoldingServer } from '../support/holding-server.ts';
import { readBooks } from '../support/read-books.ts';
import { rpcProgram, textOfMessage } from '../support/rpc-program.ts';
import { tempFolder } from '../support/temp-folder.ts';

const KEY = 'sk-or-v1-0123456789abcdef0123456789abcdef';
const MODEL = 'deepseek/deepseek-chat';

describe('farebox mcp', () => {
  it('closes the upstream, books and exits when its client hangs up in the middle of a call', async () => {
    const server = await startHoldingServer();
    const home = tempFolder();
    const program = await rpcProgram({ home, env: { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url } });
    const call = program.call('route_completion', { prompt: 'hello', model: MODEL });
    const unanswered = expect(call).rejects.toThrow(/ended without an answer/);
    await server.arrived(1);
    program.child.stdin?.end();
    await server.hungUp();
    const { code } = await program.ended;
    await unanswered;
    expect(code).toBe(0);
    const { calls, attempts, windows, inFlight } = readBooks(home);
    expect(calls).toMatchObject([{ status: 'cancelled' }]);
    expect(attempts).toMatchObject([{ result: 'cancelled', cost_source: 'estimated' }]);
    expect(windows).toMatchObject([{ spent: attempts[0]?.charged, held: 0 }]);
    expect(inFlight).toBe(0);
  });

  it('does the same when it is told to end, by SIGTERM', async () => {
    const server = await startHoldingServer();
    const home = tempFolder();
    const program = await rpcProgram({ home, env: { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url } });
    const unanswered = expect(program.call('route_completion', { prompt: 'hello', model: MODEL })).rejects.toThrow();
    await server.arrived(1);
    program.child.kill('SIGTERM');
    expect((await program.ended).code).toBe(0);
    await unanswered;
    expect(readBooks(home)).toMatchObject({ calls: [{ status: 'cancelled' }], windows: [{ held: 0 }], inFlight: 0 });
  });

  it('writes nothing but JSON-RPC to standard output, also when told to log everything and when calls fail (MON-04)', async () => {
    const server = await startHoldingServer();
    server.release();
    const env = { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url, FAREBOX_LOG_LEVEL: 'debug' };
    const program = await rpcProgram({ home: tempFolder(), env });
    expect(textOfMessage(await program.call('route_completion', { prompt: 'hello' }))).toMatch(
      /^First words and the rest\.\n\n— /,
    );
    expect((await program.call('route_completion', { prompt: '' })).result?.isError).toBe(true);
    expect((await program.request('tools/call', { name: 'nothing_of_the_kind' })).error?.message).toMatch(/no tool/);
    program.say('this is not JSON');
    program.say('{"jsonrpc":"2.0","id":"odd","method":"no/such/method"}');
    expect((await program.request('tools/list')).result).toHaveProperty('tools');
    program.child.stdin?.end();
    expect((await program.ended).code).toBe(0);
    for (const message of program.messages()) expect(message.jsonrpc).toBe('2.0');
  });

  it('starts without the configuration being right, and says in each call what is wrong with it', async () => {
    const program = await rpcProgram({ home: tempFolder(), env: { DEPLOYMENT_CONFIG: 'premum' } });
    expect((await program.request('tools/list')).result).toHaveProperty('tools');
    const answer = await program.call('route_completion', { prompt: 'hello' });
    expect(answer.result?.isError).toBe(true);
    expect(textOfMessage(answer)).toMatch(/DEPLOYMENT_CONFIG.*premum.*premium/s);
  });
});
