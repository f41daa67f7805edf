import type { Command } from 'commander';
import { whyNotApplied } from '../../config/applied-fields.ts';
import type { Config, ConfigValue } from '../../config/config.ts';
import { maskSecrets } from '../../lib/mask-secrets.ts';
import { type CliContext, printJson, type RunCommand } from '../context.ts';
import { type Examination, examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { plural } from '../format.ts';
import { plainLine } from '../plain-text.ts';
import type { Printer } from '../printer.ts';
import { renderTable, wrapWords } from '../table.ts';

interface DoctorOptions {
  readonly online?: boolean;
  readonly verbose?: boolean;
}

export function addDoctorCommand(program: Command, run: RunCommand): void {
  program
    .command('doctor')
    .description('check configuration, keys, endpoints and database')
    .option('--online', 'also ask each provider whether it answers and still has our models')
    .option('--verbose', 'print every effective value, defaults and profile included')
    .action((options: DoctorOptions) => run((context) => doctor(context, options)));
}

async function doctor(context: CliContext, { online = false, verbose = false }: DoctorOptions): Promise<ExitCode> {
  const examination = await examine(context, online);
  if (context.json) await printJson(context, describe(context, examination));
  else await print(context.stdout, examination, verbose);
  return hasErrors(examination) ? EXIT.failed : EXIT.done;
}

function hasErrors({ findings }: Examination): boolean {
  return findings.some(({ level }) => level === 'error');
}

function describe({ deps }: CliContext, examination: Examination) {
  const { config, findings } = examination;
  return {
    ok: !hasErrors(examination),
    version: deps.version,
    node: deps.nodeVersion,
    home: deps.home,
    configuration_file: config?.file ?? null,
    profile: config?.defaultProfile ?? null,
    findings: findings.map((finding) => ({
      ...finding,
      message: mask(finding.message, config),
      remedy: finding.remedy === null ? null : mask(finding.remedy, config),
    })),
    values: (config?.provenance ?? []).map((value) => ({ ...value, value: maskValue(value.value, config) })),
    not_applied: config?.notApplied ?? [],
  };
}

async function print(stdout: Printer, { findings, config }: Examination, verbose: boolean): Promise<void> {
  const { bold } = stdout.colours;
  const areas = [...new Set(findings.map(({ area }) => area))];
  for (const area of areas) {
    await stdout.line(bold(area));
    for (const finding of findings.filter((candidate) => candidate.area === area)) {
      await stdout.line(renderFinding(finding, config, stdout));
    }
  }
  if (config) await printValues(stdout, config, verbose);
  await stdout.line(`\n${verdict(findings, stdout)}`);
}

function renderFinding({ level, message, remedy }: Finding, config: Config | null, stdout: Printer): string {
  const { green, yellow, red, dim } = stdout.colours;
  const mark = level === 'ok' ? green('ok   ') : level === 'warn' ? yellow('warn ') : red('error');
  // Messages about configuration files list one problem a line.
  const paragraphs = mask(message, config).trim().split('\n').map(plainLine);
  const lines = paragraphs.flatMap((paragraph) => wrapWords(paragraph, stdout.width - 8));
  const advice =
    remedy === null ? [] : wrapWords(plainLine(mask(remedy, config)), stdout.width - 10).map((line) => dim(line));
  return [
    `  ${mark} ${lines[0] ?? ''}`,
    ...lines.slice(1).map((line) => `        ${line}`),
    ...advice.map((line, index) => `        ${index === 0 ? '→ ' : '  '}${line}`),
  ].join('\n');
}

async function printValues(stdout: Printer, config: Config, verbose: boolean): Promise<void> {
  const { bold, dim } = stdout.colours;
  const shown = config.provenance.filter(({ source }) => verbose || (source !== 'default' && source !== 'profile'));
  const hidden = config.provenance.length - shown.length;
  await stdout.line(
    `\n${bold('effective configuration')}${hidden > 0 ? dim(`, without ${plural(hidden, 'value')} of defaults and profile (--verbose)`) : ''}`,
  );
  if (shown.length > 0) {
    const rows = shown.map((value) => [
      plainLine(value.path),
      plainLine(showValue(value, config)),
      plainLine(originOf(value)),
    ]);
    const columns = [{ head: 'value' }, { head: 'is', flexible: true }, { head: 'from' }];
    await stdout.line(renderTable(columns, rows, stdout));
  } else await stdout.line('  nothing is set beyond them');
  await printNotApplied(stdout, config, verbose);
}

/** What the user wrote that changes nothing. A shipped profile has such fields too, which nobody here can mend. */
async function printNotApplied(stdout: Printer, config: Config, verbose: boolean): Promise<void> {
  const { notApplied } = config;
  if (notApplied.length === 0) return;
  const { bold, dim } = stdout.colours;
  const shown = verbose ? notApplied : notApplied.filter(({ path }) => isUsers(path, config));
  const hidden = notApplied.length - shown.length;
  const rest = hidden > 0 ? dim(`, without ${plural(hidden, 'field')} of the profile (--verbose)`) : '';
  await stdout.line(`\n${bold('accepted, but not applied')}${rest}`);
  if (shown.length === 0) await stdout.line('  nothing that you have set');
  const reasons = new Map<string, string[]>();
  for (const { path, reason } of shown) reasons.set(reason, [...(reasons.get(reason) ?? []), path]);
  for (const [reason, paths] of reasons) {
    for (const line of wrapWords(plainLine(paths.join(', ')), stdout.width - 2)) await stdout.line(`  ${line}`);
    for (const line of wrapWords(plainLine(reason), stdout.width - 6)) await stdout.line(dim(`    ${line}`));
  }
}

/** Whether the user set the field, or something below it that is not applied either. */
function isUsers(field: string, { provenance }: Config): boolean {
  return provenance.some(
    ({ path, source }) =>
      source !== 'profile' &&
      source !== 'default' &&
      (path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`)) &&
      whyNotApplied(path) !== null,
  );
}

function originOf({ source, origin }: ConfigValue): string {
  return source === origin || origin === '' ? source : `${source} ${origin}`;
}

function showValue({ value }: ConfigValue, config: Config): string {
  const masked = maskValue(value, config);
  return typeof masked === 'string' ? masked : JSON.stringify(masked);
}

/** Provenance comes masked; what slipped through is masked here. */
function maskValue(value: unknown, config: Config | null): unknown {
  if (typeof value === 'string') return mask(value, config);
  return value === undefined ? null : JSON.parse(mask(JSON.stringify(value), config));
}

function mask(text: string, config: Config | null): string {
  return maskSecrets(text, config?.secrets ?? []);
}

function verdict(findings: readonly Finding[], { colours }: Printer): string {
  const errors = findings.filter(({ level }) => level === 'error').length;
  const warnings = findings.filter(({ level }) => level === 'warn').length;
  if (errors > 0)
    return colours.red(
      `${plural(errors, 'error')}, ${plural(warnings, 'warning')}: farebox does not work as it should.`,
    );
  if (warnings > 0) return colours.yellow(`It works, with ${plural(warnings, 'warning')}.`);
  return colours.green('Everything is in order.');
}
