import { existsSync } from 'node:fs';
import type { CheckCommand, Config } from '../../config/config.ts';
import type { FareboxError } from '../../domain/errors.ts';
import { type Finding, failed, ok, warn } from './finding.ts';

/** What the configuration says, as far as it could be read. */
export function checkConfiguration(config: Config): readonly Finding[] {
  const from = config.file ?? 'no file: defaults, profile and environment';
  return [
    ok('configuration', `${from}; profile ${config.defaultProfile}`),
    ...config.warnings.map((warning) =>
      warn('configuration', warning, 'Mend what it names, or leave it if it is meant.'),
    ),
    ...[...config.checks].map(([name, check]) => checkCommand(name, check)),
  ];
}

/** A declared check is as good as its program can be found; it is not run. */
function checkCommand(name: string, { argv, cwd, timeoutMs }: CheckCommand): Finding {
  const what = `check ${name}: ${argv.join(' ')}, in ${cwd}, at most ${timeoutMs / 1000} s`;
  if (existsSync(cwd)) return ok('configuration', what);
  return warn('configuration', `${what}: this folder does not exist.`, `Mend checks.${name}.cwd.`);
}

export function brokenConfiguration(error: FareboxError): Finding {
  return failed(
    'configuration',
    error.message,
    error.remedy ?? 'Mend the configuration, or move it aside to start with the defaults.',
  );
}
