import type { MemoryHit, MemorySearchResult } from '../memory/memory.ts';
import { age } from './format.ts';
import { plainLine, plainText } from './plain-text.ts';
import type { Printer } from './printer.ts';
import { wrapWords } from './table.ts';

/** Memories for reading: one line of facts each, and below it the part that matched (by id: all of it). */
export function renderHits({ hits, mode, words }: MemorySearchResult, printer: Printer): string {
  if (hits.length === 0) {
    return mode === 'keyword' && words.length > 0 ? `Nothing found for any of: ${words.join(', ')}.` : 'Nothing found.';
  }
  return hits.map((hit) => renderHit(hit, mode, printer)).join('\n\n');
}

function renderHit(
  { row, snippet, ageSeconds }: MemoryHit,
  mode: MemorySearchResult['mode'],
  printer: Printer,
): string {
  const { bold, dim } = printer.colours;
  const facts = [
    row.kind,
    `in ${row.namespace}`,
    row.tags.length > 0 && row.tags.map((tag) => `#${tag}`).join(' '),
    age(ageSeconds),
    `from ${row.source}`,
    row.version > 1 && `version ${row.version}`,
  ].filter(Boolean);
  const head = `${bold(plainLine(row.key ?? row.id))}  ${dim(plainLine(facts.join(' · ')))}`;
  const body = mode === 'ids' ? plainText(row.content) : plainLine(snippet);
  const lines = body.split('\n').flatMap((line) => wrapWords(line, printer.width - 2));
  const id = row.key === null ? [] : [dim(`  ${row.id}`)];
  return [head, ...lines.map((line) => `  ${highlight(line, printer)}`), ...id].join('\n');
}

/** Matches stand between « and »; a terminal shows them in colour. */
function highlight(line: string, { colours }: Printer): string {
  return line.replace(/«([^«»]*)»/g, (marked, match: string) =>
    colours.isColorSupported ? colours.cyan(match) : marked,
  );
}
