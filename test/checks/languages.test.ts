import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkParses } from '../../src/checks/check-parses.ts';
import type { ParsedLanguage } from '../../src/domain/check.ts';

async function find(language: ParsedLanguage, answer: string): Promise<string | null> {
  return (await checkParses(language))(answer);
}

const GOOD: Readonly<Record<ParsedLanguage, readonly string[]>> = {
  typescript: [
    'export const f = <T,>(x: T): T => x;',
    'type A = { readonly [K in keyof B]?: B[K] };\nenum E { A, B }\nabstract class C<T extends object> { #x = 1; declare y: T; constructor(private readonly z: number) { } }',
    'const App = () => <div className="a">{x satisfies string}</div>;',
    'function f(this: Window, a?: number): asserts a is number {}\nlet x = <any>y;',
    'await using a = b();',
    '@Component({ a: 1 })\nclass X { @Input() y!: string }',
  ],
  javascript: [
    'module.exports = { a: require("b") };',
    'with (a) { b }',
    'const f = async function* () { for await (const x of y) yield* x?.z ?? 1n; };',
    'return 1;',
    'const el = <p>hello</p>;',
  ],
  json: ['{"a": [1, 2.5e3, "x\\u0041", null, true]}', '"text"', ' [ ] ', '{"a":{"b":{}}}'],
  yaml: [
    'a: 1\nb:\n  - c\n  - d: e\n',
    '- 1\n- 2',
    '---\na: 1\n---\nb: 2\n',
    'name: "x: y"\nlist: [1, {a: b}]\nanchor: &a x\nalias: *a\n',
  ],
  python: [
    'def f(a, /, b=1, *args, c, **kw) -> int:\n    """doc\n  odd indentation in a text"""\n    return (a +\n b)\n',
    'if x == "#":\n    y = 1\nelif z:  # why: not\n    y = 2\nelse:\n    pass\n',
    'match command.split():\n    case [action]:\n        pass\n    case [action, obj] if obj:\n        go(obj)\n    case _:\n        pass\nx = 1\n',
    'class A(B, metaclass=M):\n    # comment\n    x: int = 1\n\n    @property\n    async def y(self):\n        async with a as b, c:\n            return await d\n',
    'try:\n    x = [i for i in range(3) if i]\nexcept* (A, B) as e:\n    raise C from e\nfinally:\n    print(f"{x!r:>{w}}", end="")\n',
    'for i in range(3):\n\tif i:\n\t\tprint(i)\n',
    'x = 1; y = 2\nwhile x: x -= 1\nlambda a, b=1: a',
    'long = a + \\\n        b\nd = {\n  "a": 1,\n      "b": 2,\n}\n',
  ],
  sql: [
    'SELECT * FROM users WHERE id = 1',
    "select u.id, count(*) as n from users u left join orders o on o.user_id = u.id where o.total > 10 and u.name like 'O''Brien%' group by u.id having count(*) > 1 order by n desc limit 10 offset 5;",
    'WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 10) SELECT sum(n) FROM t',
    "INSERT INTO t (a, b) VALUES (1, 'x'), (2, NULL) ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE t.b IS DISTINCT FROM excluded.b RETURNING *",
    'UPDATE t SET a = CASE WHEN b IS NULL THEN 0 ELSE b END, c = -1 WHERE d IN (SELECT d FROM e) OR NOT EXISTS (SELECT 1)',
    "DELETE FROM t WHERE created_at < now() - INTERVAL '1 day'",
    "SELECT EXTRACT(YEAR FROM d) AS y, CAST(x AS DECIMAL(10, 2)), a::int, b->>'c', arr[1], x || 'y' FROM t AS \"Order\"",
    'SELECT name, rank() OVER (PARTITION BY dept ORDER BY salary DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM e',
    "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL DEFAULT '', t TIMESTAMP WITH TIME ZONE, FOREIGN KEY (a) REFERENCES b (c) ON DELETE SET NULL);\nCREATE INDEX i ON t (name);",
    'SELECT TOP 5 [Order Details].[Unit Price] FROM [Order Details] WITH (NOLOCK);\nGO',
    "SELECT `a`.`b` FROM `c` WHERE d = 'it\\'s' -- a comment\n/* another */ LIMIT 5, 10",
    'SELECT DISTINCT ON (a) a, b FROM t CROSS JOIN LATERAL f(t.x) AS g(y) WHERE a BETWEEN 1 AND 5 AND b = ANY($1) FOR UPDATE SKIP LOCKED',
    'SELECT a FROM t WHERE x = ? AND y = :name AND z = @p FETCH FIRST 5 ROWS ONLY',
    'BEGIN; UPDATE a SET b = b + 1; COMMIT;',
    'CREATE FUNCTION f() RETURNS int AS $body$ BEGIN RETURN 1; END $body$ LANGUAGE plpgsql',
    'SELECT * EXCEPT (a) FROM `p.d.t` QUALIFY row_number() OVER (ORDER BY b) = 1',
    "SELECT count(DISTINCT a), sum(b) FILTER (WHERE c), string_agg(d, ',' ORDER BY e), left(f, 2), x AT TIME ZONE 'UTC' FROM t",
    "SELECT date, year, u.order FROM u WHERE date >= DATE '2020-01-01' AND -a < +b * 2",
    'EXPLAIN SELECT 1',
    'PRAGMA table_info(users)',
    'VALUES (1, 2), (3, 4)',
    "SELECT GROUP_CONCAT(a ORDER BY b SEPARATOR ', ') FROM t GROUP BY GROUPING SETS ((a), ())",
    '(SELECT a FROM b ORDER BY c LIMIT 1) UNION (SELECT d FROM e) ORDER BY 1',
    'MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN UPDATE SET x = b.x WHEN NOT MATCHED THEN INSERT (id) VALUES (b.id)',
    'SELECT o.customer_id, SUM(o.amount * 1.1) total FROM orders o INNER JOIN customers AS c ON (c.id = o.customer_id) GROUP BY 1',
  ],
  'markdown-table': [
    '| a | b |\n|---|:-:|\n| 1 | 2 |\n| `x|y` | \\| |',
    'Here it is:\n\na | b\n--- | ---\n1 | 2\n\nDone.',
  ],
};

const BAD: Readonly<Record<ParsedLanguage, readonly (readonly [string, string])[]>> = {
  typescript: [
    ['const x: = 1;', 'Line 1'],
    ['function f( {', 'Line 1'],
    ['```ts\nconst a = 1;\nconst b = ;\n```', 'Line 3'],
    ['Sure, here is the code you asked for!', 'Line 1'],
  ],
  javascript: [
    ['let a = 1;\nlet a = 2;', 'Line 2'],
    ['if (x { }', 'Line 1'],
  ],
  json: [
    ['{"a": 1,}', 'Line 1, column 9'],
    ["{'a': 1}", 'Line 1, column 2'],
    ['{"a": 01}', 'Line 1, column 7'],
    ['{"a" 1}', 'Line 1, column 6'],
    ['{"a": [1, 2}', 'Line 1, column 12'],
    ['{"a": 1', 'ends'],
    ['{"a": 1} trailing', 'nothing may follow'],
    ['{"a": "x\ny"}', 'Line 1, column 7'],
    ['', 'empty'],
    ['NaN', 'Line 1'],
  ],
  yaml: [
    ['a: b: c', 'Line 1'],
    ['a:\n\t- b', 'Line 2'],
    ['just a sentence', 'sentence'],
    ['a: [1, 2', 'Line 1'],
  ],
  python: [
    ['def f(:\n    pass', 'Line 1'],
    ['def f()\n    pass', 'Line 1'],
    ['if x:\nprint(1)', 'Line'],
    ['print("a"', 'Line 1'],
    ['x = = 2', 'Line 1'],
    ['print "hello"', 'Line 1'],
    ['for i in range(3) print(i)', 'Line 1'],
    ['x = 1\n   y = 2', 'Line 2'],
    ['def f():\n    return 1\n   x = 2', 'Line 3'],
    ['  x = 1\ny = 2', 'Line 1'],
  ],
  sql: [
    ['SELCT * FROM t', 'did you mean SELECT'],
    ['SELECT * FORM t', 'did you mean FROM'],
    ['SELECT a, FROM t', 'needs something behind it'],
    ['SELECT a, b FROM t WHERE', 'WHERE'],
    ['SELECT * FROM WHERE x = 1', 'FROM'],
    ['SELECT * FROM t WHERE AND x = 1', 'WHERE'],
    ['SELECT * FROM t WHERE (x = 1', 'never closed'],
    ['SELECT * FROM t WHERE x = 1)', 'nothing opens'],
    ["SELECT * FROM t WHERE name = 'O'Brien'", 'no end'],
    ['SELECT a FROM t ORDER BY a WHERE b = 1', 'before'],
    ['SELECT a FROM t WHERE b = 1 WHERE c = 2', 'second'],
    ['SELECT a FROM t GROUP BY', 'BY'],
    ['SELECT a FROM t users WERE b = 1', 'no role'],
    ['UPDATE t WHERE a = 1', 'SET'],
    ['INSERT INTO t (a, b)', 'VALUES'],
    ['SELECT FROM WHERE', 'SELECT'],
    ['CREATE TABLE t (a INT, b TEXT,)', 'comma'],
    ['SELECT a FROM t WHERE b = ', '='],
    ['Here is your query: SELECT 1', 'HERE'],
    ['', 'empty'],
  ],
  'markdown-table': [
    ['no table', 'no Markdown table'],
    ['| a | b |\n|---|---|\n| 1 |', '1 cells'],
    ['| a | b |\n|---|---|', 'no rows'],
    ['| a |\n|---|---|\n| 1 | 2 |', '1 cells'],
  ],
};

const LANGUAGES = Object.keys(GOOD) as ParsedLanguage[];

describe('parses', () => {
  it.each(LANGUAGES.flatMap((language) => GOOD[language].map((text) => [language, text] as const)))(
    'takes %s: %s',
    async (language, text) => {
      expect(await find(language, text)).toBeNull();
      if (language !== 'markdown-table')
        expect(await find(language, `Here it is:\n\n\`\`\`\n${text}\n\`\`\`\n`)).toBeNull();
    },
  );

  it.each(LANGUAGES.flatMap((language) => BAD[language].map(([text, words]) => [language, text, words] as const)))(
    'refuses %s: %s',
    async (language, text, words) => {
      expect(await find(language, text)).toContain(words);
    },
  );

  it.each(LANGUAGES)('says something of every text as %s, and throws of none', async (language) => {
    const check = await checkParses(language);
    const odd = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom('\0', '\u2028', '\ud800', "'", '"', '/*', '$$', '`', '#', '{{{{', '(((', '---', '\\'),
    );
    fc.assert(
      fc.property(fc.array(odd, { maxLength: 6 }), (parts) => void check(parts.join(' '))),
      { numRuns: 150 },
    );
  });

  it('takes exactly what JSON.parse takes', async () => {
    const check = await checkParses('json');
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', 'x', '\\'))
      .map(
        ([text, at, piece]) => text.slice(0, at % (text.length + 1)) + piece + text.slice((at % (text.length + 1)) + 1),
      );
    fc.assert(
      fc.property(fc.oneof(fc.json(), broken), (text) => {
        fc.pre(!text.includes('```') && text.trim() !== '');
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        expect(check(text) === null).toBe(valid);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['sql', `SELECT ${'$a$b'.repeat(50_000)}`],
    ['sql', `SELECT ${'('.repeat(100_000)}`],
    ['sql', `${'/*'.repeat(100_000)}`],
    ['sql', `SELECT ${"''".repeat(100_000)}'`],
    ['json', '['.repeat(200_000)],
    ['typescript', '('.repeat(50_000)],
    ['yaml', '['.repeat(50_000)],
    [
      'yaml',
      `a: &a [x,x]\n${Array.from({ length: 40 }, (_, i) => `b${i}: &b${i} [*${i ? `b${i - 1}` : 'a'}, *${i ? `b${i - 1}` : 'a'}]`).join('\n')}`,
    ],
    ['python', '('.repeat(50_000)],
    ['markdown-table', `${'|'.repeat(100_000)}\n${'|-'.repeat(50_000)}|`],
  ] as const)('is done in seconds with hostile %s', async (language, text) => {
    const started = performance.now();
    await find(language, text);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
