import { prepareChecks } from '../../src/checks/prepare-checks.ts';
import type { Check, ParsedLanguage } from '../../src/domain/check.ts';
import { distribution, ms, type Row, type Section, us } from './measure.ts';

const CALLS = 300;
const CHARACTERS = 20_000;
const GOAL_MS = 1;

/** What a check costs for an answer of 20 kB that passes, so that all of it is read. */
export async function benchChecks(): Promise<Section> {
  const list = json();
  const schema = {
    type: 'array',
    items: {
      type: 'object',
      required: ['id', 'name', 'tags'],
      additionalProperties: false,
      properties: {
        id: { type: 'integer', minimum: 0 },
        name: { type: 'string', pattern: '^item \\d+$' },
        tags: { type: 'array', items: { enum: ['a', 'b'] } },
      },
    },
  };
  const rows: Row[] = [
    await row('json_schema', { type: 'json_schema', schema }, list),
    await row('regex', { type: 'regex', pattern: '^[\\s\\S]*"item (\\d+)"[\\s\\S]*\\]$' }, list),
    await row('contains', { type: 'contains', text: '"tags":["b"]', ignoreCase: true }, list),
    await row('grounded', { type: 'grounded', source: list }, list),
  ];
  for (const [language, answer] of Object.entries(ANSWERS) as [ParsedLanguage, string][]) {
    rows.push(await row(`parses ${language}`, { type: 'parses', language }, answer));
  }
  return {
    title: 'Checks without a process',
    method: `Each check on an answer of ${CHARACTERS / 1000} kB that passes it, ${CALLS} times, after the check was prepared.`,
    rows,
  };
}

async function row(name: string, check: Check, answer: string): Promise<Row> {
  const [prepared] = await prepareChecks([check], new Map());
  const subject = { answer, source: '', signal: new AbortController().signal };
  const finding = await prepared?.find(subject);
  if (finding !== null) throw new Error(`The benchmark of ${name} has an answer that does not pass: ${finding}`);
  const { p50, p99 } = await distribution(CALLS, () => prepared?.find(subject));
  const shown = (value: number) => (value < 1 ? us(value) : ms(value));
  return { name: `${name}, p50 and p99`, value: `${shown(p50)}, ${shown(p99)}`, goal: '≤ 1 ms', met: p50 <= GOAL_MS };
}

function json(): string {
  const items: object[] = [];
  while (JSON.stringify(items).length < CHARACTERS)
    items.push({ id: items.length, name: `item ${items.length}`, tags: ['b'] });
  return JSON.stringify(items);
}

/** As many numbered copies of a piece as make an answer of that size. */
function repeated(piece: (n: number) => string, head = ''): string {
  let text = head;
  for (let n = 0; text.length < CHARACTERS; n++) text += piece(n);
  return text;
}

const ANSWERS: Readonly<Record<ParsedLanguage, string>> = {
  typescript: repeated(
    (n) =>
      `export function add${n}(a: number, b: number): number {\n  const total = a + b; // the sum\n  return total > 10 ? total * 2 : total;\n}\n`,
  ),
  javascript: repeated(
    (n) =>
      `export function add${n}(a, b) {\n  const total = a + b; // the sum\n  return total > 10 ? total * 2 : total;\n}\n`,
  ),
  json: json(),
  yaml: repeated((n) => `key${n}:\n  name: "value ${n}"\n  list: [1, 2, three]\n`),
  python: repeated(
    (n) => `def add${n}(a, b):\n    total = a + b  # the sum\n    return total * 2 if total > 10 else total\n\n`,
  ),
  sql: repeated(
    (n) =>
      `SELECT u.id, count(*) AS n FROM users u JOIN orders o ON o.user_id = u.id WHERE o.total > ${n} GROUP BY u.id ORDER BY n DESC;\n`,
  ),
  'markdown-table': repeated(
    (n) => `| ${n} | a cell with some words | another one |\n`,
    '| n | one | two |\n| --- | --- | --- |\n',
  ),
};
