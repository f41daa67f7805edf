import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Inside the repository, so that what is not bundled (native modules) is found. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/farebox-test/', import.meta.url));

/** Makes a TypeScript file runnable by a plain `node`; returns the path of the result. */
export async function compileScript(name: string): Promise<string> {
  const outfile = `${CACHE}${name}-${process.pid}.mjs`;
  await build({
    entryPoints: [fileURLToPath(new URL(`./${name}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  return outfile;
}

export function startScript(file: string, argument: unknown): ChildProcess {
  return spawn(process.execPath, [file, JSON.stringify(argument)], { stdio: ['pipe', 'pipe', 'inherit'] });
}

/** What a script printed, as JSON, once it has ended well. */
export async function resultOf(child: ChildProcess): Promise<unknown> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`The script ended with ${code}: ${output}`);
  return JSON.parse(output);
}
