import type { Database } from '../storage/database.ts';
import type { CheckedQuery, MemoryFilter } from './check-query.ts';
import { anyOf, wholeWord, wideWord } from './fts-query.ts';
import type { MemoryHit, MemorySearchResult } from './memory.ts';
import { COLUMNS, LIVE, LIVE_THEN, type StoredMemory, toMemoryRow } from './memory-rows.ts';
import { chooseSnippet, openingOf } from './snippet.ts';

const DAY_MS = 86_400_000;

const FILTER = `
  (:namespaces IS NULL OR namespace IN (SELECT value FROM json_each(:namespaces)))
  AND (:kinds IS NULL OR kind IN (SELECT value FROM json_each(:kinds)))
  AND (:tags IS NULL OR NOT EXISTS (
    SELECT 1 FROM json_each(:tags) AS wanted WHERE wanted.value NOT IN (SELECT value FROM json_each(memories.tags))))`;

/**
 * BM25 with a match in the key worth three and in a tag two in the content, raised by up to a fifth for what is new
 * (half of that after 30 days): enough to order equals, too little to lift what matches worse.
 */
const SCORE = `-bm25(memories_fts, 1.0, 3.0, 2.0, 1.0) * (1 + 0.2 / (1 + max(0, :now - valid_from) / ${30 * DAY_MS}.0))`;

interface Parameters {
  readonly namespaces: string | null;
  readonly kinds: string | null;
  readonly tags: string | null;
  readonly now: number;
}
interface Ranked {
  readonly seq: number;
  readonly score: number;
}

/** A function that answers a query as of `now` (epoch ms), from one state of the database. */
export function createMemorySearch(database: Database): (query: CheckedQuery, now: number) => MemorySearchResult {
  const { sqlite } = database;
  const present = prepareSearch(database, LIVE);
  const past = prepareSearch(database, LIVE_THEN);
  const answer = (query: CheckedQuery, now: number): MemorySearchResult => {
    const { asOf } = query.filter;
    const at = asOf === null ? now : Math.min(asOf, now);
    return run(asOf === null ? present : past, query, parametersOf(query.filter, at));
  };
  return database.guarded(sqlite.transaction(answer));
}

function run(search: PreparedSearch, query: CheckedQuery, parameters: Parameters): MemorySearchResult {
  const { limit, mode } = query;
  switch (mode) {
    case 'keyword':
      return { mode, words: query.words, hits: search.byWords(query.words, limit, parameters) };
    case 'ids':
      return { mode, words: [], hits: query.ids.flatMap((id) => search.byId(id, parameters)) };
    case 'recent':
      return { mode, words: [], hits: search.newest(limit, parameters) };
  }
}

type PreparedSearch = ReturnType<typeof prepareSearch>;

function prepareSearch({ sqlite }: Database, live: string) {
  // CROSS JOIN keeps the planner from walking the table and asking the index about each row.
  const ranked = sqlite.prepare<[Parameters & { match: string; limit: number }], Ranked>(
    `SELECT memories.seq AS seq, ${SCORE} AS score
     FROM memories_fts CROSS JOIN memories ON memories.seq = memories_fts.rowid
     WHERE memories_fts MATCH :match AND ${live} AND ${FILTER}
     ORDER BY score DESC, memories.seq DESC LIMIT :limit`,
  );
  const bySeq = sqlite.prepare<[number], StoredMemory>(`SELECT ${COLUMNS} FROM memories WHERE seq = ?`);
  // The driver binds numbers as floats, and FTS5 takes a rowid that is one for no condition at all: hence the cast.
  const snippet = sqlite
    .prepare<[string, number], string>(
      `SELECT snippet(memories_fts, 0, '«', '»', '…', 24) FROM memories_fts WHERE memories_fts MATCH ? AND rowid = CAST(? AS INTEGER)`,
    )
    .pluck();
  const anywhere = sqlite.prepare('SELECT 1 FROM memories_fts WHERE memories_fts MATCH ? LIMIT 1');
  // The plus keeps SQLite from starting the search again for every row, which is slow for prefixes.
  const among = sqlite
    .prepare<[string, string], number>(
      'SELECT rowid FROM memories_fts WHERE memories_fts MATCH ? AND +rowid IN (SELECT value FROM json_each(?))',
    )
    .pluck();
  const byId = sqlite.prepare<[Parameters & { id: string }], StoredMemory>(
    `SELECT ${COLUMNS} FROM memories WHERE id = :id AND ${live} AND ${FILTER} ORDER BY version DESC LIMIT 1`,
  );
  const newest = sqlite.prepare<[Parameters & { limit: number }], StoredMemory>(
    `SELECT ${COLUMNS} FROM memories WHERE ${live} AND ${FILTER} ORDER BY valid_from DESC, seq DESC LIMIT :limit`,
  );

  /**
   * Whole words where there are any, which is fast and precise; words that stand nowhere whole as beginnings of others.
   * Where that is too little, all of them as beginnings too.
   */
  function rank(words: readonly string[], limit: number, parameters: Parameters): { forms: string[]; rows: Ranked[] } {
    const wide = words.map(wideWord);
    const whole = words.map((word, i) => (anywhere.get(wholeWord(word)) ? wholeWord(word) : (wide[i] ?? '')));
    const precise = ranked.all({ ...parameters, match: anyOf(whole), limit });
    if (precise.length === limit || anyOf(whole) === anyOf(wide)) return { forms: whole, rows: precise };
    return { forms: wide, rows: ranked.all({ ...parameters, match: anyOf(wide), limit }) };
  }

  return {
    byWords: (words: readonly string[], limit: number, parameters: Parameters): MemoryHit[] => {
      if (words.length === 0) return [];
      const { forms, rows } = rank(words, limit, parameters);
      const seqs = JSON.stringify(rows.map(({ seq }) => seq));
      const matches = forms.map((form) => new Set(among.all(form, seqs)));
      return rows.flatMap(({ seq, score }) => {
        const stored = bySeq.get(seq);
        if (!stored) return [];
        const matched = words.filter((_, i) => matches[i]?.has(seq));
        const text = chooseSnippet(snippet.get(anyOf(forms), seq) ?? '', stored.content, matched);
        const ageSeconds = ageOf(stored, parameters.now);
        return [{ row: toMemoryRow(stored), snippet: text, matched, score, ageSeconds }];
      });
    },
    byId: (id: string, parameters: Parameters): MemoryHit[] => {
      const stored = byId.get({ ...parameters, id });
      return stored ? [unrankedHit(stored, parameters.now)] : [];
    },
    newest: (limit: number, parameters: Parameters): MemoryHit[] =>
      newest.all({ ...parameters, limit }).map((stored) => unrankedHit(stored, parameters.now)),
  };
}

function unrankedHit(stored: StoredMemory, now: number): MemoryHit {
  const ageSeconds = ageOf(stored, now);
  const snippet = openingOf(stored.content);
  return { row: toMemoryRow(stored), snippet, matched: [], score: 1 / (1 + (ageSeconds * 1000) / DAY_MS), ageSeconds };
}

function ageOf(stored: StoredMemory, now: number): number {
  return Math.max(0, Math.floor((now - stored.valid_from) / 1000));
}

function parametersOf({ namespaces, kinds, tags }: MemoryFilter, now: number): Parameters {
  const list = (names: readonly string[]) => (names.length > 0 ? JSON.stringify(names) : null);
  return { namespaces: list(namespaces), kinds: list(kinds), tags: list(tags), now };
}
