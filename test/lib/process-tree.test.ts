import { describe, expect, it, onTestFinished } from 'vitest';
import { type SpawnTreeOptions, spawnTree } from '../../src/lib/process-tree.ts';
import { isRunning } from '../support/fake-commands.ts';

const run = (script: string, options: Partial<SpawnTreeOptions> = {}) =>
  spawnTree([process.execPath, '-e', script], {
    env: { PATH: process.env['PATH'] ?? '' },
    timeoutMs: 20_000,
    maxOutputBytes: 100_000,
    ...options,
  });

describe('a process tree', () => {
  it('hands arguments and input on as they are, and nothing of our environment', async () => {
    const script = `process.stdin.pipe(process.stdout);
      console.error(JSON.stringify([process.argv.slice(1), Object.keys(process.env).sort()]))`;
    const result = await spawnTree([process.execPath, '-e', script, '$(id)', '; ls', ''], {
      env: { ONLY: 'this' },
      stdin: 'é\n"in"',
      timeoutMs: 20_000,
      maxOutputBytes: 100_000,
    });
    expect(result).toMatchObject({ exitCode: 0, signal: null, stdout: 'é\n"in"', timedOut: false, truncated: false });
    expect(JSON.parse(result.stderr)).toEqual([
      ['$(id)', '; ls', ''],
      ['FAREBOX_PROCESS_TREE', 'ONLY'],
    ]);
  });

  it('asks a program to end before it kills it', async () => {
    const controller = new AbortController();
    const script = `process.on('SIGTERM', () => { console.log('cleaned up'); process.exit(0); });
      console.log('ready'); setInterval(() => {}, 1000)`;
    let seen = '';
    const result = run(script, {
      signal: controller.signal,
      onStdout: (text) => {
        seen += text;
        if (text.includes('ready')) controller.abort(new Error('enough'));
      },
    });
    await expect(result).rejects.toThrow('enough');
    expect(seen).toBe('ready\ncleaned up\n');
  });

  it('ends what a program left behind in a session of its own, although the program ended well', async () => {
    const script = `const child = require('node:child_process').spawn(process.execPath,
      ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
      child.unref(); console.log(child.pid)`;
    const { stdout, exitCode } = await run(script);
    expect(exitCode).toBe(0);
    expect(Number(stdout)).toBeGreaterThan(1);
    onTestFinished(() => {
      if (isRunning(Number(stdout))) process.kill(Number(stdout), 'SIGKILL');
    });
    // Without /proc there is no way to find it, which the documentation says.
    expect(isRunning(Number(stdout))).toBe(process.platform !== 'linux');
  });

  it('does not kill the tree of another run', async () => {
    const controller = new AbortController();
    let pid = 0;
    const other = run('console.log(process.pid); setInterval(() => {}, 1000)', {
      signal: controller.signal,
      onStdout: (text) => {
        pid ||= Number(text);
      },
    }).catch(() => {});
    await expect.poll(() => pid).toBeGreaterThan(1);
    await run('0');
    expect(isRunning(pid)).toBe(true);
    controller.abort();
    await other;
    expect(isRunning(pid)).toBe(false);
  });

  it('leaves no listener behind', async () => {
    const before = process.listenerCount('exit');
    await run('0');
    await expect(
      spawnTree(['no-such-program'], { env: {}, timeoutMs: 1_000, maxOutputBytes: 10 }),
    ).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect(process.listenerCount('exit')).toBe(before);
  });
});
