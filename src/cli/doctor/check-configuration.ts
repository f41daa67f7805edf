import type { Config } from '../../config/config.ts';
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
  ];
}

export function brokenConfiguration(error: FareboxError): Finding {
  return failed(
    'configuration',
    error.message,
    error.remedy ?? 'Mend the configuration, or move it aside to start with the defaults.',
  );
}
