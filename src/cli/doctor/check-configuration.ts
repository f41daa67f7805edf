import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
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
function checkCommand(name: string, { argv, cwd, timeoutMs, env }: CheckCommand): Finding {
  const what = `check ${name}: ${argv.join(' ')}, in ${cwd}, at most ${timeoutMs / 1000} s`;
  if (!existsSync(cwd)) {
    return warn('configuration', `${what}: this folder does not exist.`, `Mend checks.${name}.cwd.`);
  }
  const [program = ''] = argv;
  if (isFound(program, cwd, env['PATH'] ?? '')) return ok('configuration', what);
  return warn(
    'configuration',
    `${what}: ${program} was not found.`,
    `Install it, or mend checks.${name}.command: calls that name this check fail.`,
  );
}

/** A program with a folder is looked for from where it is to run, any other on the PATH that it is to see. */
function isFound(program: string, cwd: string, path: string): boolean {
  const folders = /[/\\]/.test(program) ? [cwd] : path.split(delimiter);
  const endings = process.platform === 'win32' ? ['', '.exe', '.com'] : [''];
  return folders.some((folder) => endings.some((ending) => isExecutable(resolve(cwd, folder, `${program}${ending}`))));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function brokenConfiguration(error: FareboxError): Finding {
  return failed(
    'configuration',
    error.message,
    error.remedy ?? 'Mend the configuration, or move it aside to start with the defaults.',
  );
}
