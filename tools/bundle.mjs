import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles a TypeScript tool into `dist/<name>.js` (beside the program, so that it finds `configs/` as that does) and
 * imports it. Packages stay outside.
 */
export async function importBundled(root, entryPoint, name) {
  const outfile = join(root, 'dist', `${name}.js`);
  await build({
    entryPoints: [join(root, entryPoint)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}
