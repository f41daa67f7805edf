import { whyNotApplied } from '../../src/config/applied-fields.ts';
import { DEFAULT_TIMEOUTS } from '../../src/config/builtin-providers.ts';
import { DEFAULTS } from '../../src/config/defaults.ts';
import { valueAt } from '../../src/config/field-path.ts';
import { configSchemaJson } from '../../src/config/json-schema.ts';
import { type Field, fieldsOf, type JsonSchema, typeText } from './json-schema.ts';
import { code, paper, sentence, table } from './markdown.ts';

const INTRO = `Every field that a configuration file may have. [configuration.md](configuration.md) explains how to use them; the JSON Schema
for editors is [configs/farebox.schema.json](../configs/farebox.schema.json).

\`*\` stands for a name of your choice, \`[]\` for an entry of a list. A field in **bold** is required where its object is given. The default is
what holds where neither a file nor the profile says anything; [profiles.md](profiles.md) shows what the shipped profiles say. A field that is
*not applied* is accepted, so that a profile can be shared as it is, but changes nothing; \`farebox doctor\` lists those that yours sets.`;

const SLOT_MODELS = /^models\.(secondary|tertiary|fallback)\./;

/** `docs/configuration-fields.md`: every field of the schema, and whether it has an effect. */
export function configurationFieldsPaper(): string {
  const fields = fieldsOf(configSchemaJson() as JsonSchema).filter(({ path }) => !SLOT_MODELS.test(path));
  const sections = [...new Set(fields.map(({ path }) => sectionOf(path)))];
  return paper('Configuration fields', INTRO, [
    ...sections.map((section) => {
      const rows = fields.filter(({ path }) => sectionOf(path) === section).map(row);
      return `## ${section}\n\n${note(section)}${table(['field', 'type', 'default', 'meaning', 'applied'], rows)}`;
    }),
  ]);
}

function sectionOf(path: string): string {
  const [top = '', ...below] = path.replace(/\[\]/g, '').split('.');
  return below.length === 0 && !path.includes('[]') ? 'At the top' : top;
}

function note(section: string): string {
  return section === 'models'
    ? 'The slots are `primary` (required in a complete profile), `secondary`, `tertiary` and `fallback`; all have the same fields.\n\n'
    : '';
}

function row({ path, schema, required }: Field): readonly string[] {
  const reason = whyNotApplied(path);
  return [
    required ? `**${code(path)}**` : code(path),
    typeText(schema),
    code(defaultOf(path)),
    sentence(schema.description ?? ''),
    reason === null ? 'yes' : `no: ${reason ?? 'undecided'}`,
  ];
}

function defaultOf(path: string): string {
  const timeout = /^providers\.\*\.timeouts\.(\w+)$/.exec(path)?.[1];
  const value = timeout
    ? DEFAULT_TIMEOUTS[timeout as keyof typeof DEFAULT_TIMEOUTS]
    : valueAt(DEFAULTS, path.split('.'));
  return value === undefined || typeof value === 'object' ? '' : String(value);
}
