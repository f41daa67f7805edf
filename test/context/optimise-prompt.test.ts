import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimisePrompt } from '../../src/context/optimise-prompt.ts';
import { type Message, textOf } from '../../src/domain/completion-request.ts';
import { countTokens } from '../../src/pipeline/conversations/prepare-request.ts';

const system = (content: string): Message => ({ role: 'system', content });
const user = (content: string): Message => ({ role: 'user', content });
const optimise = (messages: readonly Message[]) => optimisePrompt(messages, { minimizeTokens: true });
const text = (messages: readonly Message[]) => messages.map(({ content }) => textOf(content)).join('\u0000');

/** Texts in which every blank may mean something. */
const EXACT: Readonly<Record<string, string>> = {
  'fenced code': '```python\ndef f():\n\n\n\n    return 1 \n\n\n\n\nprint(f()) \n```',
  'python without a fence': 'class A:\n    def f(self):\n        return 1 \n\n\n\n    def g(self):\n        return 2 ',
  json: '{\n  "a": "x  y ", \n\n\n\n  "b": [1,\n\n\n 2]\n}',
  yaml: 'root:\n  key: value \n\n\n\n  text: |\n    one \n\n\n\n    two \n  list:\n    - a \n    - b',
  'hard line breaks': 'Roses are red,  \nviolets are blue,  \nhard breaks matter   \nto you.',
  'a diff': '--- a/x.ts\n+++ b/x.ts\n@@ -1,3 +1,3 @@\n const a = 1; \n-const b = 2; \n+const b = 3; \n \n \n \n end ',
  'a table': '| a | b | \n|---|---|\n| 1 |   2 |\n| 3 | 4 | ',
  'aligned columns': 'NAME      AGE   CITY\nAnna      31    Oslo \nBob       4     Bergen ',
  makefile: 'all: \n\tcc  -o a a.c \n\n\n\nclean:\n\trm a ',
  html: '<pre>\n a \n\n\n\n b \n</pre>',
  csv: 'a, b,c \n1,  2,3 \n\n\n\n4,5,6 ',
};

describe('optimising a prompt', () => {
  it.each(Object.entries(EXACT))('leaves %s byte for byte, in any message (OPT-05)', (_, exact) => {
    for (const made of [optimise([system(exact)]), optimise([user(exact)])]) expect(text(made)).toBe(exact);
    const around = `Please look at this text first.\n\n${exact}\n\nThen say what you think of it.`;
    expect(text(optimise([user(around)]))).toBe(around);
  });

  it('returns the very same messages where nothing is to be done, so that caches and fingerprints hold', () => {
    const messages = [system('Be brief.'), user('What is a trie?')];
    expect(optimise(messages)).toBe(messages);
  });

  it('takes out blank lines beyond one, and a blank at the end of a line of prose', () => {
    const made = optimise([user('First we look at the plan. \nIt is a good one.\n\n\n\n\nThen we begin the work.')]);
    expect(text(made)).toBe('First we look at the plan.\nIt is a good one.\n\nThen we begin the work.');
  });

  it('never touches user messages without minimizeTokens, nor assistant and tool messages ever (OPT-05)', () => {
    const loose = 'One sentence stands here. \n\n\n\n\nAnother one stands there.';
    const messages: readonly Message[] = [
      user(loose),
      { role: 'assistant', content: loose, toolCalls: [{ id: 'a', name: 'f', arguments: '{ }' }] },
      { role: 'tool', toolCallId: 'a', content: loose },
    ];
    expect(optimisePrompt(messages, { minimizeTokens: false })).toBe(messages);
    expect(optimise(messages).slice(1)).toEqual(messages.slice(1));
  });

  it('says a long paragraph of the system messages once, and what differs by a word twice', () => {
    const rule = 'Answer in English, in short sentences, and say so where you are not sure about something.';
    const other = rule.replace('English', 'German');
    const made = optimise([system(`${rule}\n\nBe kind.\n\n${rule}\n\n${other}`), user('Hello there'), system(rule)]);
    expect(text(made).split(rule)).toHaveLength(3);
    expect(textOf(made[0]?.content ?? '')).toBe(`${rule}\n\nBe kind.\n\n${other}`);
    // A message that would be empty stays as it is.
    expect(made[2]).toEqual(system(rule));
  });

  it('keeps cache marks on their parts', () => {
    const part = {
      type: 'text',
      text: 'A rule stands here. \n\n\n\nAnother rule.',
      cacheControl: { ttl: '1h' },
    } as const;
    const [made] = optimise([{ role: 'system', content: [part] }]);
    expect(made?.content).toEqual([{ ...part, text: 'A rule stands here.\n\nAnother rule.' }]);
  });

  it('keeps every character that is no white space, of any text', () => {
    const line = fc.oneof(
      fc.lorem(),
      fc.string(),
      fc.constantFrom('', ' ', '```', '    x = 1', '| a |', '- item ', 'a: b'),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const given = lines.join('\n');
        const made = text(optimise([user(given)]));
        expect(made.replace(/\s/g, '')).toBe(given.replace(/\s/g, ''));
        expect(optimise([user(made)])).toEqual([user(made)]);
      }),
      { numRuns: 300 },
    );
  });

  it('saves a good part of a bloated system prompt and nearly nothing of a tidy one (measured, OPT-05)', () => {
    const rules = [
      'You are a support assistant of a small shop. You answer politely, in full sentences, and you never promise a refund by yourself.',
      'Where a customer asks about an order, ask for its number first. Never read out addresses or payment details to anybody.',
      'If you do not know something, say so plainly and offer to pass the question on to a human being during office hours.',
    ];
    const bloated = [...rules, ...rules, ...rules].join(' \n\n\n\n\n');
    const saved = (content: string) => 1 - countTokens(optimise([system(content)])) / countTokens([system(content)]);
    expect(saved(bloated)).toBeGreaterThan(0.4);
    expect(saved(rules.join('\n\n'))).toBe(0);
  });
});
