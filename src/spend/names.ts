import type { SqliteConnection } from '../storage/database.ts';

/** Texts as numbers and back. `idOf` writes what is new: call it before a transaction, so that it stays if that fails. */
export interface Names {
  idOf(name: string): number;
  /** Throws where nobody has that number. */
  nameOf(id: number): string;
}

/** Beyond this many the memory begins anew; the table keeps them all. */
const REMEMBERED = 20_000;

export function createNames(sqlite: SqliteConnection): Names {
  const find = sqlite.prepare<[string], number>('SELECT id FROM names WHERE name = ?').pluck();
  const insert = sqlite.prepare('INSERT INTO names (name) VALUES (?) ON CONFLICT (name) DO NOTHING');
  const name = sqlite.prepare<[number], string>('SELECT name FROM names WHERE id = ?').pluck();
  const ids = createMemo<number>(REMEMBERED);
  const names = new Map<number, string>();
  return {
    idOf: (text) =>
      ids(text, () => {
        if (find.get(text) === undefined) insert.run(text);
        return Number(find.get(text));
      }),
    nameOf(id) {
      const known = names.get(id) ?? name.get(id);
      if (known === undefined) throw new Error(`The ledger has no name ${id}.`);
      if (names.size >= REMEMBERED) names.clear();
      names.set(id, known);
      return known;
    },
  };
}

/** Remembers what was made for a key; begins anew when there is too much of it. */
export function createMemo<Value>(most: number): (key: string, make: () => Value) => Value {
  const known = new Map<string, Value>();
  return (key, make) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make();
    if (known.size >= most) known.clear();
    known.set(key, made);
    return made;
  };
}
