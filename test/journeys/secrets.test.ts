import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fixedCompletion, respondJson, startPlainServer } from '../support/plain-server.ts';
import { runProgram } from '../support/program.ts';
import { rpcProgram } from '../support/rpc-program.ts';
import { serveProgram } from '../support/serve-program.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** Of no known shape, so that only what knows the secrets can mask them. */
const CANARIES = { key: 'canary.AAAA.0123456789', header: 'canary.BBBB.0123456789', own: 'canary.CCCC.0123456789' };
const VALUES = Object.values(CANARIES);

describe('a secret', () => {
  it('never shows in any output, log, error or file, whatever goes wrong (MON-04, CFG-03)', async () => {
    // A provider that tells everybody what it was sent, as some do in their errors.
    const server = await startPlainServer((request, response) => {
      const gossip = `rejected ${JSON.stringify(request.headers)}`;
      const { model } = (request.body ?? {}) as { model?: string };
      if (model?.startsWith('deepseek')) respondJson(response, { error: { message: gossip } }, 401);
      else if (model?.startsWith('qwen')) respondJson(response, { error: { message: gossip } }, 500);
      else if (model === undefined) respondJson(response, { error: gossip }, 403);
      else respondJson(response, fixedCompletion(request.body));
    });
    onTestFinished(() => server.close());
    const home = tempFolder();
    writeFileSync(
      join(home, 'config.json'),
      JSON.stringify({
        extends: 'balanced',
        routing: { fallbackRules: { maxRetries: 1, retryDelay: 1 } },
        catalogue: [{ provider: 'own', model: 'qwen-x', pricing: { input: 1, output: 1 } }],
        providers: {
          openrouter: { baseUrl: server.url, headers: { 'X-Secret-Token': CANARIES.header } },
          own: { baseUrl: server.url, apiKey: `\${OWN_KEY}` },
        },
      }),
    );
    const env = { OPENROUTER_API_KEY: CANARIES.key, OWN_KEY: CANARIES.own, FAREBOX_LOG_LEVEL: 'debug' };
    const options = { home, env };
    const said: string[] = [];
    const run = async (...args: readonly string[]) => {
      const { stdout, stderr } = await runProgram(args, options);
      said.push(stdout, stderr);
      return stdout + stderr;
    };
    expect(await run('ask', '--json', 'hello')).toMatch(/rejected/);
    expect(await run('ask', '--task', 'coding', '--complexity', 'medium', 'add two dates')).toMatch(/rejected/);
    expect(await run('ask', '--model', 'own/qwen-x', 'hello')).toMatch(/rejected/);
    await Promise.all([
      run('doctor', '--verbose', '--json', '--online'),
      run('doctor', '--verbose', '--online'),
      run('models', '--json'),
      run('report', '--json'),
      run('route', '--json', 'hello'),
      run('init', '--help'),
    ]);

    const program = await rpcProgram(options);
    await program.call('route_completion', { prompt: 'hello' });
    await program.request('resources/read', { uri: 'health://status' });
    const effective = await program.request('resources/read', { uri: 'config://effective' });
    expect(JSON.stringify(effective)).toMatch(/OPENROUTER_API_KEY/);
    program.child.stdin?.end();
    const mcp = await program.ended;
    said.push(mcp.stdout, mcp.stderr);

    const serving = await serveProgram(options);
    said.push(await (await fetch(`${serving.url}/`)).text(), await (await fetch(`${serving.url}/readyz`)).text());
    const served = await serving.stop();
    said.push(served.stdout, served.stderr);

    // The provider was sent them, so that there was something to give away.
    const sent = JSON.stringify(server.requests.map(({ headers }) => headers));
    for (const canary of VALUES) expect(sent).toContain(canary);
    for (const text of said) for (const canary of VALUES) expect(text).not.toContain(canary);
    for (const name of readdirSync(home)) {
      // The configuration is the user's own file; one canary stands in it.
      if (name === 'config.json') continue;
      const bytes = readFileSync(join(home, name));
      for (const canary of VALUES) expect(bytes.includes(canary), `${canary} in ${name}`).toBe(false);
    }
  });
});
