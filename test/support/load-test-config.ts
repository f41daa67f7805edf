import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { ConfigArguments } from '../../src/config/locate-config.ts';
import { tempFolder } from './temp-folder.ts';

export const configsDir = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'configs');

export interface TestConfigInput {
  /** Files by name, written into a temporary folder; texts as they are, everything else as JSON. */
  readonly files?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: ConfigArguments;
}

/** Loads the configuration as a process would that runs in, and has its home in, a fresh folder with these files. */
export function loadTestConfig({ files = {}, env = {}, args = {} }: TestConfigInput = {}): Config {
  const folder = tempFolder();
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
  const config = args.config ?? ('config.json' in files ? 'config.json' : undefined);
  return loadConfig({ env, args: { ...args, config }, configsDir, cwd: folder, userHome: folder });
}
