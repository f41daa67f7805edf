import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPlainServer } from '../support/plain-server.ts';
import { CLOSED_PORT_URL, runJson, runProgram } from '../support/program.ts';
import { readBooks } from '../support/read-books.ts';
import { rpcProgram, textOfMessage } from '../support/rpc-program.ts';
import { tempFolder } from '../support/temp-folder.ts';

const KEY = 'sk-or-v1-0123456789abcdef0123456789abcdef';
/** Small words, as in real text: one that a tokenizer makes the most of. */
const TEN_MEGABYTES = 'word '.repeat(2 * 1024 * 1024);

async function startServer() {
  const server = await startPlainServer();
  onTestFinished(() => server.close());
  return { server, env: { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url } };
}

describe('prompts that are none', () => {
  it('an empty one is wrong usage, on the command line as over MCP, and nothing is sent or booked', async () => {
    const { server, env } = await startServer();
    const home = tempFolder();
    for (const [args, input] of [
      [['ask'], ''],
      [['ask', '-'], ' \n\t\n'],
      [['ask', '   '], ''],
    ] as const) {
      const { code, stderr } = await runProgram(args, { home, env, input });
      expect(stderr).toMatch(/The prompt is empty/);
      expect(code).toBe(2);
    }
    const program = await rpcProgram({ home, env });
    for (const prompt of ['', ' \n ']) {
      const answer = await program.call('route_completion', { prompt });
      expect(answer.result?.isError).toBe(true);
      expect(textOfMessage(answer)).toMatch(/prompt is empty/);
    }
    expect(textOfMessage(await program.call('route_completion', {}))).toMatch(/"prompt" is required/);
    expect(server.requests).toHaveLength(0);
  });

  it('one of 10 MB is refused within seconds, because no model could read it, and the next call works', async () => {
    const { server, env } = await startServer();
    const home = tempFolder();
    const { code, document } = await runJson(['ask'], { home, env, input: TEN_MEGABYTES });
    expect(code).toBe(4);
    expect(document).toMatchObject({
      status: 'failed',
      error: { code: 'context_length_exceeded', message: expect.stringMatching(/leave no room for an answer/) },
    });
    const program = await rpcProgram({ home, env });
    const answer = await program.call('route_completion', { prompt: TEN_MEGABYTES });
    expect(answer.result?.isError).toBe(true);
    expect(textOfMessage(answer)).toMatch(/leave no room for an answer/);
    expect(textOfMessage(answer).length).toBeLessThan(4_000);
    expect(server.requests).toHaveLength(0);
    expect((await program.call('route_completion', { prompt: 'hello' })).result?.isError).toBeFalsy();
    expect(server.requests).toHaveLength(1);
  });

  it('one in broken UTF-8 is sent with replacement characters, and the user is told', async () => {
    const { server, env } = await startServer();
    const home = tempFolder();
    const broken = Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x20, 0xff, 0x20, 0x6f, 0x6b]);
    const { code, stderr } = await runJson(['ask'], { home, env, input: broken });
    expect(code).toBe(0);
    expect(stderr).toMatch(/not clean UTF-8: 2 places/);

    const program = await rpcProgram({ home, env });
    const request = `{"jsonrpc":"2.0","id":99,"method":"tools/call","params":{"name":"route_completion","arguments":{"prompt":"`;
    program.child.stdin?.write(Buffer.concat([Buffer.from(request), broken, Buffer.from('"}}}\n')]));
    await program.until((stdout) => stdout.includes('"id":99'));
    const prompts = server.requests.map(
      ({ body }) => (body as { messages: { content: string }[] }).messages[0]?.content,
    );
    expect(prompts).toEqual(['caf\u{fffd} \u{fffd} ok', 'caf\u{fffd} \u{fffd} ok']);
  });
});

describe('names that nobody knows', () => {
  it.each([
    [['ask', '--task', 'codng', 'hello'], 'coding'],
    [['ask', '--complexity', 'medum', 'hello'], 'medium'],
    [['ask', '--profile', 'balancd', 'hello'], 'balanced'],
    [['ask', '--model', 'deepsek-chat', 'hello'], 'deepseek/deepseek-chat'],
    [['aks', 'hello'], 'ask'],
    [['ask', '--max-cots', '1', 'hello'], '--max-cost'],
  ])('%j: the answer names the nearest right one and exits 2', async (args, nearest) => {
    const env = { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: CLOSED_PORT_URL };
    const { code, document, stderr } = await runJson<{ error: { remedy: string } }>(args, { home: tempFolder(), env });
    expect(document.error.remedy).toContain(`Did you mean ${nearest.startsWith('-') ? nearest : `"${nearest}"`}`);
    expect(stderr).toContain(nearest);
    expect(code).toBe(2);
  });
});

describe('a configuration that is wrong', () => {
  const run = async (text: string) => {
    const home = tempFolder();
    writeFileSync(join(home, 'config.json'), text);
    return { ...(await runProgram(['ask', 'hello'], { home })), file: join(home, 'config.json') };
  };

  it('in its syntax: says line and column, and exits 2', async () => {
    const { code, stderr, file } = await run(
      '{\n  // which profile\n  "extends": "balanced",\n  "policy": { "sandbox" "on" }\n}\n',
    );
    expect(stderr).toContain(`${file}:4:25`);
    expect(code).toBe(2);
  });

  it('in a key: says path and the nearest right key, and exits 2', async () => {
    const { code, stderr } = await run('{ "routing": { "fallbackRules": { "maxRetrys": 1 } } }');
    expect(stderr).toMatch(/routing\.fallbackRules\.maxRetrys is not a known key; did you mean "maxRetries"\?/);
    expect(code).toBe(2);
  });

  it('in a variable that is not set: names it', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is farebox that substitutes it.
    const { code, stderr } = await run('{ "providers": { "openrouter": { "apiKey": "${NO_SUCH_KEY}" } } }');
    expect(stderr).toMatch(/NO_SUCH_KEY/);
    expect(code).toBe(2);
  });
});

describe('an upstream that refuses the key', () => {
  it('is asked exactly once, said to have answered 401, and left alone from then on', async () => {
    const server = await startPlainServer((_request, response) => {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end('{"error":{"message":"User not found.","code":401}}');
    });
    onTestFinished(() => server.close());
    const home = tempFolder();
    const env = { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url };
    const { code, document, stderr } = await runJson(['ask', 'hello'], { home, env });
    expect(server.requests).toHaveLength(1);
    expect(document).toMatchObject({
      status: 'failed',
      error: {
        code: 'all_candidates_failed',
        message: expect.stringMatching(/unauthorized \(HTTP 401\): User not found/),
      },
      cost_nano_usd: 0,
    });
    expect(stderr).toMatch(/Check the key/);
    expect(code).toBe(4);
    expect(readBooks(home).attempts).toMatchObject([{ failure: 'unauthorized', http_status: 401, cost: 0 }]);

    const program = await rpcProgram({ home, env });
    expect(textOfMessage(await program.call('route_completion', { prompt: 'hello' }))).toMatch(/HTTP 401/);
    expect(server.requests).toHaveLength(2);
    // No other model of this provider is asked with that key any more.
    const again = await program.call('route_completion', { prompt: 'Review this function for me please' });
    expect(textOfMessage(again)).toMatch(/User not found/);
    expect(server.requests).toHaveLength(2);
    const health = await program.request('resources/read', { uri: 'health://status' });
    expect(JSON.stringify(health.result)).toMatch(/User not found/);

    const doctor = await runProgram(['doctor', '--online'], { home, env });
    expect(doctor.stdout).toMatch(/error openrouter does not answer as it should: User not found/);
    expect(doctor.code).toBe(1);
  });
});

describe('an upstream that cannot be reached', () => {
  it('is said to be so, with what to do', async () => {
    const home = tempFolder();
    writeFileSync(
      join(home, 'config.json'),
      JSON.stringify({ extends: 'balanced', routing: { fallbackRules: { maxRetries: 1, retryDelay: 1 } } }),
    );
    const env = { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: CLOSED_PORT_URL };
    const { code, document } = await runJson(['ask', 'hello'], { home, env });
    expect(document).toMatchObject({
      status: 'failed',
      error: {
        code: 'all_candidates_failed',
        message: expect.stringMatching(/no connection to http:\/\/127\.0\.0\.1:1/),
        remedy: expect.stringMatching(/cannot be reached/),
      },
      cost_nano_usd: 0,
    });
    expect(code).toBe(4);
  });
});
