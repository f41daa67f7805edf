import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CliDeps } from '../../src/cli/deps.ts';
import { FareboxError } from '../../src/domain/errors.ts';
import { createFakeEngine } from '../support/fake-engine.ts';
import { runFarebox } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** Ctrl-C as soon as somebody listens for it. */
const interrupted: Pick<CliDeps, 'onInterrupt'> = {
  onInterrupt: (listener) => {
    setImmediate(listener);
    return () => {};
  },
};

describe('serve', () => {
  const serving = (engine = createFakeEngine()) => {
    const seen: unknown[] = [];
    const deps = {
      ...interrupted,
      serveHttp: async (options: unknown) => {
        seen.push(options);
        return { url: 'http://127.0.0.1:4141', engine, close: async () => void seen.push('closed') };
      },
    };
    return { seen, deps };
  };

  it('says where it listens, what it found and how to connect, and closes at Ctrl-C', async () => {
    const { seen, deps } = serving();
    const run = await runFarebox(['serve', '--profile', 'budget'], deps);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatchInlineSnapshot(`
      "farebox 0.1.0 on http://127.0.0.1:4141
      profile        balanced
      providers      the sandbox only
      budget         all/month $10.00, spent $2.00, left $8.00
      data           /home/someone/.farebox/farebox.db
      configuration  none (defaults, profile and environment)
      status page    http://127.0.0.1:4141/
      MCP            http://127.0.0.1:4141/mcp
      Claude Code    claude mcp add --scope user --transport http farebox http://127.0.0.1:4141/mcp
      other clients  npx -y farebox init --http http://127.0.0.1:4141/mcp
      stop           Ctrl-C
      "
    `);
    expect(seen).toEqual([{ profile: 'budget', host: '127.0.0.1', port: 4141 }, 'closed']);
  });

  it('says in its first line that the sandbox answers', async () => {
    const { deps } = serving(createFakeEngine({ mode: 'sandbox' }));
    const [first] = (await runFarebox(['serve'], deps)).stdout.split('\n');
    expect(first).toMatch(/^farebox 0\.1\.0 on http:\/\/127\.0\.0\.1:4141 · sandbox: answers are simulated/);
  });

  it('prints one document under --json', async () => {
    const { deps } = serving();
    expect(JSON.parse((await runFarebox(['serve', '--json'], deps)).stdout)).toMatchObject({
      url: 'http://127.0.0.1:4141',
      mcp_url: 'http://127.0.0.1:4141/mcp',
      mode: 'live',
      profile: 'balanced',
      budgets: [{ id: 'all/month' }],
    });
  });

  it('explains where it cannot listen', async () => {
    const taken = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
    const run = await runFarebox(['serve', '--port', '80'], { serveHttp: () => Promise.reject(taken) });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toBe(
      'error Port 80 is taken by another program.\n      Choose another, for example --port 4143; 0 takes a free one.\n',
    );
    const refusal = new FareboxError('invalid_config', 'It does not listen on 0.0.0.0.', { remedy: 'Use 127.0.0.1.' });
    expect((await runFarebox(['serve'], { serveHttp: () => Promise.reject(refusal) })).code).toBe(2);
  });
});

describe('sandbox', () => {
  it('says how to point programs at it, and closes at Ctrl-C', async () => {
    const script = join(tempFolder(), 'faults.json');
    writeFileSync(script, '{"steps":[]}');
    const seen: unknown[] = [];
    const startSandbox = async (options: unknown) => {
      seen.push(options);
      return { url: 'http://127.0.0.1:4142', close: async () => void seen.push('closed') };
    };
    const argv = ['sandbox', '--port', '0', '--script', script, '--speed', '10'];
    const run = await runFarebox(argv, { ...interrupted, startSandbox });
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^sandbox: simulated models; every answer is made up and costs nothing\n/);
    expect(run.stdout).toContain(
      'OPENROUTER_BASE_URL=http://127.0.0.1:4142/v1 OPENROUTER_API_KEY=sandbox farebox ask "hello"',
    );
    expect(seen).toEqual([{ port: 0, script: { file: script, text: '{"steps":[]}' }, speed: 10 }, 'closed']);
  });

  const sandboxScenarios = async () => [
    { name: 's08-cut', title: 'the stream is cut', text: '{"steps":[{"do":{"cutAfterTokens":40}}]}' },
    { name: 'slow', title: 'all is slow', text: '{"steps":[]}' },
  ];

  it.each(['s08-cut', 'S08'])('plays a scenario by its name: %s', async (name) => {
    const seen: unknown[] = [];
    const startSandbox = async (options: unknown) => {
      seen.push(options);
      return { url: 'http://127.0.0.1:4142', close: async () => {} };
    };
    const run = await runFarebox(['sandbox', '--script', name], { ...interrupted, startSandbox, sandboxScenarios });
    expect(run.code).toBe(0);
    expect(seen).toMatchObject([{ script: { file: name, text: expect.stringContaining('cutAfterTokens') } }]);
  });

  it('lists the scenarios, and prints the script of one', async () => {
    const list = await runFarebox(['sandbox', '--list', '--json'], { sandboxScenarios });
    expect(JSON.parse(list.stdout)).toEqual({
      scenarios: [
        { name: 's08-cut', title: 'the stream is cut' },
        { name: 'slow', title: 'all is slow' },
      ],
    });
    const one = await runFarebox(['sandbox', '--list', '--script', 's08'], { sandboxScenarios });
    expect(JSON.parse(one.stdout)).toEqual({ steps: [{ do: { cutAfterTokens: 40 } }] });
  });

  it('refuses a script that it cannot read', async () => {
    const run = await runFarebox(['sandbox', '--script', '/nowhere.json']);
    expect([run.code, run.stderr.includes('The sandbox script /nowhere.json cannot be read')]).toEqual([2, true]);
  });
});
