import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Starts `fixed-upstream.ts` in a process of its own, so that its work is not counted as ours. */
export async function startUpstream(root: string): Promise<{ readonly origin: string; close(): void }> {
  const outfile = join(root, 'dist', 'bench', 'fixed-upstream.js');
  await build({
    entryPoints: [join(root, 'tools', 'bench', 'fixed-upstream.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  const child = fork(outfile);
  const [port] = (await once(child, 'message')) as [number];
  return { origin: `http://127.0.0.1:${port}`, close: () => child.kill() };
}
