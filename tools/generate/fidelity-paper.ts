import { readFileSync } from 'node:fs';
import { code, paper, table } from './markdown.ts';

interface Fidelity {
  readonly providers: Readonly<Record<string, { readonly kind: string; readonly model: string }>>;
  readonly features: readonly {
    readonly feature: string;
    readonly cells: Readonly<Record<string, { readonly is: string }>>;
  }[];
  readonly stopReasons: Readonly<Record<string, { readonly means: Readonly<Record<string, string>> }>>;
}

const INTRO = `What becomes of a request's features in each dialect, and what each dialect's words for the end of an answer come to. The
same as data, with a request and the expected bytes for every cell, is [fidelity.json](fidelity.json); each cell is a test.
[dialects.md](dialects.md) says what the four words mean and why it is so.`;

/** `docs/fidelity.md` from `docs/fidelity.json`. */
export function fidelityPaper(file: string): string {
  const { providers, features, stopReasons } = JSON.parse(readFileSync(file, 'utf8')) as Fidelity;
  const names = Object.keys(providers);
  const asked = names.map((name) => `${name} (${providers[name]?.model ?? ''})`).join(', ');
  const rows = features.map(({ feature, cells }) => [feature, ...names.map((name) => emphasis(cells[name]?.is ?? ''))]);
  const ends = Object.entries(stopReasons).map(
    ([dialect, { means }]) =>
      `### ${dialect}\n\n${table(
        ['the provider says', 'the answer is', ''],
        Object.entries(means).map(([reason, meaning]) => [code(reason), code(meaning), explanationOf(meaning)]),
      )}`,
  );
  return paper('Fidelity', INTRO, [
    `## Requests\n\nAsked of: ${asked}.\n\n${table(['feature', ...names], rows)}`,
    '## Ends of answers that said some text',
    ...ends,
  ]);
}

/** What stands out is what does not arrive. */
function emphasis(is: string): string {
  return is === 'refused' ? `**${is}**` : is;
}

function explanationOf(meaning: string): string {
  switch (meaning) {
    case 'stop':
      return 'complete';
    case 'length':
    case 'content_filter':
      return 'incomplete: given out as far as it came, and said so';
    default:
      return 'a failure: no success, another candidate may be tried';
  }
}
