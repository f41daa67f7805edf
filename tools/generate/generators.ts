import { join } from 'node:path';
import { configSchemaJson } from '../../src/config/json-schema.ts';
import { cliPaper } from './cli-paper.ts';
import { configurationFieldsPaper } from './configuration-fields-paper.ts';
import { fidelityPaper } from './fidelity-paper.ts';
import { modelsPaper } from './models-paper.ts';
import { profilesPaper } from './profiles-paper.ts';
import { toolsPaper } from './tools-paper.ts';

/** Every file that is derived from the source: path below the repository → text. */
export function generateFiles(configsDir: string): Readonly<Record<string, string>> {
  return {
    'configs/farebox.schema.json': `${JSON.stringify(configSchemaJson(), null, 2)}\n`,
    'docs/tools.md': toolsPaper(),
    'docs/cli.md': cliPaper(),
    'docs/configuration-fields.md': configurationFieldsPaper(),
    'docs/profiles.md': profilesPaper(configsDir),
    'docs/models.md': modelsPaper(configsDir),
    'docs/fidelity.md': fidelityPaper(join(configsDir, '..', 'docs', 'fidelity.json')),
  };
}
