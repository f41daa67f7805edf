import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkContains } from '../../src/checks/check-contains.ts';
import { checkGrounded } from '../../src/checks/check-grounded.ts';
import { checkRegex } from '../../src/checks/check-regex.ts';
import { parseChecks } from '../../src/checks/parse-checks.ts';
import { doubtOf } from '../../src/checks/quality-gate.ts';
import { withoutFence } from '../../src/lib/without-fence.ts';

const regex = (pattern: string, more: object = {}) => checkRegex({ type: 'regex', pattern, ...more });

describe('regex', () => {
  it('matches anywhere unless anchored, with flags, and negated', () => {
    expect(regex('^\\d+$')('42')).toBeNull();
    expect(regex('^\\d+$')('42\n')).toBeNull();
    expect(regex('^\\d+$')('42 apples')).toBe('The answer must match /^\\d+$/.');
    expect(regex('apples', { flags: 'i' })('42 APPLES')).toBeNull();
    expect(regex('todo', { flags: 'i', negate: true })('// TODO')).toBe('The answer must not match /todo/i.');
    expect(regex('\\u0041(?<n>b)')('Ab')).toBeNull();
  });

  it.each(['(?!a)b', '(a)\\1', '(', 'a{1001}'])('refuses %s with what to do instead', (pattern) => {
    expect(() => regex(pattern)).toThrow(
      expect.objectContaining({ code: 'invalid_request', remedy: expect.stringContaining('RE2') }),
    );
  });

  it('says the same as RegExp for patterns that both take', () => {
    const pattern = fc
      .array(
        fc.tuple(
          fc.constantFrom('a', 'b', '[ab]', '.', '(a|b)', '\\d', '(?:ab)', '^', '$', '\\b'),
          fc.constantFrom('', '*', '+', '?', '{1,2}'),
        ),
        { minLength: 1, maxLength: 5 },
      )
      .map((parts) => parts.map(([atom, times]) => (/^[\^$]|\\b/.test(atom) ? atom : atom + times)).join(''));
    fc.assert(
      fc.property(
        pattern,
        fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', '\n'), maxLength: 12 }),
        (source, text) => {
          const trimmed = text.trim();
          expect(regex(source)(trimmed) === null).toBe(new RegExp(source).test(trimmed));
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(['(a+)+$', '(a|aa)*b', '(.*)(.*)(.*)(.*)x$', '(\\w+\\s?)+$'])('is linear in the answer for %s', (pattern) => {
    const started = performance.now();
    regex(pattern)(`${'a'.repeat(500_000)}!`);
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

describe('contains', () => {
  it('finds a text in its case, or in any', () => {
    expect(checkContains({ type: 'contains', text: 'Yes' })('Yes.')).toBeNull();
    expect(checkContains({ type: 'contains', text: 'Yes' })('yes.')).toBe('The answer must contain "Yes".');
    expect(checkContains({ type: 'contains', text: 'Yes', ignoreCase: true })('yes.')).toBeNull();
    expect(checkContains({ type: 'contains', text: 'x', negate: true })('axb')).toBe(
      'The answer must not contain "x".',
    );
  });
});

const LETTER = `Dear Ms Ann Müller,
order A-117 of 5 March 2024 came to 1,234.50 EUR (before: €1.299,00), a change of -64.5
for 3 items at 12 % VAT; room 12 345. 東京都. Ref 00042. Call +49 30 1234567.`;

describe('grounded', () => {
  const find = (value: unknown, source = LETTER) => checkGrounded(source)(JSON.stringify(value));

  it.each<readonly [string, unknown]>([
    [
      'texts as they stand, over line breaks',
      { name: 'Ann Müller', order: 'A-117', sentence: 'change of -64.5 for 3 items' },
    ],
    ['numbers in whatever notation', { total: 1234.5, before: 1299, change: -64.5, items: 3 }],
    ['numbers that stand beside each other', [12, 345]],
    ['texts of scripts without spaces', '東京'],
    ['dates as they are written', '5 March 2024'],
    ['composed and decomposed letters', 'Mu\u0308ller'],
    ['booleans, null and empty texts, of which it says nothing', { paid: true, note: null, other: '' }],
    ['numbers kept as texts', { ref: '00042', phone: '+49 30 1234567' }],
  ])('takes %s', (_name, value) => {
    expect(find(value)).toBeNull();
  });

  it.each<readonly [unknown, string]>([
    [{ name: 'Anne Müller' }, '/name: "Anne Müller" does not stand in the source'],
    [{ name: 'nn' }, '/name'],
    [{ 'a/b': ['An'] }, '/a~1b/0: "An"'],
    [{ date: '2024-03-05' }, '/date'],
    [{ total: 1234 }, '/total: the number 1234'],
    [{ total: 34.5 }, '/total'],
    [{ total: '234.50' }, '/total'],
    [{ change: 64.5 }, '/change'],
    [{ total: 1235 }, '/total'],
    ['ann müller', '(root)'],
    [{ x: 17 }, '/x'],
  ])('refuses %j', (value, words) => {
    expect(find(value)).toContain(words);
  });

  it('takes every word and whole number of the source, and nothing that was invented', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'ä'), minLength: 1, maxLength: 6 });
    const number = fc.oneof(
      fc.nat(9_999_999),
      fc.double({ min: 0, max: 1e6, noNaN: true }).map((n) => Number(n.toFixed(2))),
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(word, number), { minLength: 1, maxLength: 20 }),
        fc.nat(),
        fc.constantFrom(' ', '\n', '; ', ' | '),
        (parts, at, gap) => {
          const shown = parts.map((part) =>
            typeof part === 'number' ? part.toLocaleString('en-US', { maximumFractionDigits: 2 }) : part,
          );
          const source = shown.join(gap);
          const value = parts[at % parts.length];
          expect(find({ value, all: parts }, source)).toBeNull();
          if (typeof value === 'string') expect(find([`${value}x`], source)).not.toBeNull();
          else expect(find([(value ?? 0) + 123_456_789.25], source)).not.toBeNull();
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads deep, wide and odd answers without harm', () => {
    const check = checkGrounded('x');
    expect(check(`${'['.repeat(100_000)}"y"${']'.repeat(100_000)}`)).toContain('"y"');
    expect(check(JSON.stringify(Array.from({ length: 30_000 }, () => 'x')))).toContain('more than 20000');
    expect(check('no JSON\0')).toContain('must be JSON');
    expect(check('12345678901234567890')).toContain('does not stand');
  });
});

describe('checks as programs write them', () => {
  it('are read into checks', () => {
    expect(
      parseChecks([
        { type: 'contains', text: 'x', ignore_case: true },
        { type: 'parses', language: 'TS' },
        { type: 'grounded' },
        { type: 'regex', pattern: 'a', negate: false },
      ]),
    ).toEqual([
      { type: 'contains', text: 'x', ignoreCase: true },
      { type: 'parses', language: 'typescript' },
      { type: 'grounded' },
      { type: 'regex', pattern: 'a' },
    ]);
  });

  it.each<readonly [unknown, string, string]>([
    [{}, 'must be a list', 'For example'],
    [[1], 'verify[0] must be an object', ''],
    [[{ type: 'regexp', pattern: 'a' }], 'verify[0].type is "regexp"', 'Did you mean "regex"'],
    [[{ type: 'regex' }], 'verify[0].pattern is missing', 'a text'],
    [[{ type: 'regex', pattern: 'a', flag: 'i' }], 'verify[0].flag is unknown', 'pattern, flags, negate'],
    [[{ type: 'parses', language: 'cobol' }], 'verify[0].language is "cobol"', 'typescript'],
    [[{ type: 'contains', text: '' }], 'verify[0].text is ""', 'not empty'],
    [Array.from({ length: 21 }, () => ({ type: 'grounded' })), '21 checks', '20'],
  ])('%j is refused: %s', (value, message, remedy) => {
    expect(() => parseChecks(value)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        message: expect.stringContaining(message),
        remedy: expect.stringContaining(remedy),
      }),
    );
  });
});

describe('the quality gate (QLT-03)', () => {
  it.each([
    ["I'm sorry, but I can't help with that.", 'refusal'],
    ['I cannot assist with this request.', 'refusal'],
    ['As an AI language model, I am unable to provide that.', 'refusal'],
    ['Here:\n```ts\nconst a = 1;\n', 'breaks off'],
    ['Here:\n```ts\nconst a = ;\n```', 'does not parse'],
    ['```python\ndef f(:\n  pass\n```', 'does not parse'],
  ])('doubts %j', async (text, words) => {
    expect(await doubtOf({ text, task: 'coding' })).toContain(words);
  });

  it.each([
    'Paris is the capital of France.',
    'Sorry for the delay! Here is the summary you asked for: all is well.',
    'The knight said: "I cannot help with that", and rode away.',
    "I can't help falling in love with this design. It is simple, and it works; three points stand out, which I list below. ".repeat(
      6,
    ),
    'Use ``` to open a fence.',
    '```ts\nconst a = 1;\n```\nand\n```ts\nconst b = ;\n```',
    '```ts\nfunction f() {\n  ...\n}\n```',
    '```text\nconst a = ;\n```',
    '```rust\nfn main() {}\n```',
    '',
  ])('has nothing against %j', async (text) => {
    expect(await doubtOf({ text, task: 'coding' })).toBeNull();
  });

  it('leaves prose alone that is not about code, and fences that a stop sequence ended', async () => {
    expect(await doubtOf({ text: 'An open fence:\n```ts\nconst a =', task: 'general' })).toBeNull();
    expect(await doubtOf({ text: '```ts\nconst a = 1;\n', task: 'coding', stop: ['```'] })).toBeNull();
  });
});

describe('withoutFence', () => {
  it('takes the fence off a text that is one, and leaves all else as it is', () => {
    expect(withoutFence('```json\n{"a": 1}\n```')).toBe('{"a": 1}');
    expect(withoutFence('  ```\n[]\n```  \n')).toBe('[]');
    for (const text of ['{"a": 1}', '```json\n{}\n```\nDone.', '```\na\n```\n```\nb\n```', '```', '``````', '`a`'])
      expect(withoutFence(text)).toBe(text);
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(withoutFence(`\`\`\`json\n${json}\n\`\`\``)).toBe(json);
      }),
    );
  });
});
