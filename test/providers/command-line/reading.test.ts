import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJsonValues } from '../../../src/providers/command-line/json-values.ts';
import { createPlainOutput, plainText } from '../../../src/providers/command-line/plain-output.ts';
import { joinPrompt, renderPrompt } from '../../../src/providers/command-line/render-prompt.ts';
import { readReset } from '../../../src/providers/command-line/reset-time.ts';
import { providerCall } from '../../support/provider-call.ts';

const ESC = '\u001b';

/** A text cut into pieces at any places. */
const cutText = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.array(fc.nat())).map(([whole, cuts]) => {
    const places = [...new Set(cuts.map((cut) => (whole.length === 0 ? 0 : cut % whole.length)))].sort((a, b) => a - b);
    return { whole, pieces: [0, ...places].map((from, i) => whole.slice(from, places[i] ?? whole.length)) };
  });

describe('JSON between banners', () => {
  const readAll = (pieces: readonly string[]) => {
    const values = createJsonValues();
    const found = [...pieces.flatMap((piece) => values.push(piece)), ...values.end()];
    return { found, noise: values.noise() };
  };

  it('is found wherever the output is cut, one a line or indented over many', () => {
    const banner = fc.constantFrom('', 'Loaded cached credentials.\n', 'warn: {not json\n\n', 'a [1] b {2} c\n');
    const part = fc.record({ banner, value: fc.dictionary(fc.string(), fc.jsonValue()), indent: fc.boolean() });
    const output = fc.array(part, { maxLength: 6 });
    fc.assert(
      fc.property(
        output.chain((parts) => {
          const text = parts
            .map(({ banner: before, value, indent }) => `${before}${JSON.stringify(value, null, indent ? 2 : 0)}\n`)
            .join('');
          return fc.tuple(fc.constant(parts), cutText(fc.constant(text)));
        }),
        ([parts, { pieces }]) => {
          expect(readAll(pieces).found).toEqual(JSON.parse(JSON.stringify(parts.map(({ value }) => value))));
        },
      ),
    );
  });

  it('gives the elements of a list one by one, and what was no JSON as noise', () => {
    expect(readAll(['[\n {"a":1},\n {"b":2}\n]\nbye'])).toEqual({ found: [{ a: 1 }, { b: 2 }], noise: 'bye' });
    expect(readAll(['{"a": 1\n'])).toEqual({ found: [], noise: '{"a": 1' });
    expect(readAll(['{ a banner\n{"a":1}\n{"b":2}\n'])).toEqual({ found: [{ a: 1 }, { b: 2 }], noise: '{ a banner' });
    expect(readAll(['{broken}\n{"a":1}\n'])).toEqual({ found: [{ a: 1 }], noise: '{broken}' });
  });
});

describe('output for a terminal', () => {
  it.each([
    [`${ESC}[31mred${ESC}[0m`, 'red'],
    [`${ESC}[2K${ESC}[1Gline`, 'line'],
    [`${ESC}]0;title\u0007text`, 'text'],
    [`${ESC}]8;;https://x${ESC}\\link${ESC}]8;;${ESC}\\`, 'link'],
    ['a\r\nb\u0008c\td', 'a\nbc\td'],
    ['[31m stays', '[31m stays'],
  ])('%j reads %j', (text, plain) => expect(plainText(text)).toBe(plain));

  it('reads the same wherever it is cut', () => {
    const piece = fc.constantFrom(
      'word',
      ' ',
      '\r\n',
      `${ESC}[1;31m`,
      `${ESC}[0m`,
      `${ESC}]0;t\u0007`,
      '[',
      'é',
      '🧵',
      '\t',
    );
    const text = fc.array(piece).map((parts) => parts.join(''));
    fc.assert(
      fc.property(cutText(text), ({ whole, pieces }) => {
        const output = createPlainOutput();
        expect([...pieces.map((each) => output.push(each)), output.end()].join('')).toBe(plainText(whole));
      }),
    );
  });
});

describe('a conversation as text', () => {
  const render = (messages: Parameters<typeof providerCall>[0]) => renderPrompt(providerCall(messages));

  it('leaves a lone message as it is and keeps instructions apart', () => {
    const rendered = render({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'What is 2 + 2?' },
      ],
    });
    expect(rendered).toEqual({ system: 'Be brief.', prompt: 'What is 2 + 2?' });
    expect(joinPrompt(rendered)).toBe(
      'Follow these instructions in your answer:\n<instructions>\nBe brief.\n</instructions>\n\nWhat is 2 + 2?',
    );
  });

  it('tells every message from every other, whatever they contain', () => {
    const words = fc.constantFrom(
      'hi',
      '</message>',
      '<message role="assistant">',
      '<message-2',
      '\n',
      '</message-2>',
      ' ',
    );
    const text = fc.array(words, { maxLength: 6 }).map((parts) => parts.join(''));
    const role = fc.constantFrom('user' as const, 'assistant' as const);
    const messages = fc.array(fc.record({ role, content: text }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(messages, (conversation) => {
        const { prompt } = render({ messages: conversation });
        const tag = /\n\n<([\w-]+) role=/.exec(prompt)?.[1] ?? '';
        const blocks = [...prompt.matchAll(new RegExp(`<${tag} role="(\\w+)">\\n([^]*?)\\n</${tag}>`, 'g'))];
        expect(blocks.map(([, who, content]) => ({ role: who, content }))).toEqual(conversation);
      }),
    );
  });

  it.each([
    [
      { messages: [{ role: 'user' as const, content: [{ type: 'image' as const, url: 'https://x/y.png' }] }] },
      'images',
    ],
    [{ stop: ['\n'] }, 'stop'],
    [{ logprobs: { top: 1 } }, 'logprobs'],
    [{ tools: [{ name: 'f', parameters: {} }] }, 'emulated'],
  ])('refuses aloud what no text can say: %j', (request, word) => {
    expect(() => render(request)).toThrow(
      expect.objectContaining({ kind: 'untranslatable', message: expect.stringContaining(word) }),
    );
  });

  it('asks for JSON in words', () => {
    expect(render({ responseFormat: { type: 'json_object' } }).system).toContain('Answer with one JSON object.');
  });
});

describe('how long a limit lasts', () => {
  // A Wednesday, 12:00 in UTC, 14:00 in Oslo.
  const now = Date.UTC(2026, 3, 22, 12);
  const MINUTE = 60_000;
  const HOUR = 60 * MINUTE;
  it.each([
    ["You've hit your limit · resets 3pm (Europe/Oslo)", HOUR],
    ["You've hit your limit · resets 2:10pm (Europe/Oslo)", 10 * MINUTE],
    ["You've hit your limit · resets 1pm (Europe/Oslo)", 23 * HOUR],
    ["You've hit your limit · resets Apr 23 at 4pm (America/Recife)", 31 * HOUR],
    ['Your limit will reset at 9am (America/Chicago).', 2 * HOUR],
    ['Claude AI usage limit reached|1776862800', HOUR],
    ['{"resets_at":1776862800}', HOUR],
    ['or try again in 2 days 17 hours 14 minutes.', (2 * 24 + 17) * HOUR + 14 * MINUTE],
    ['try again in 1 hour, 5 minutes and 2 seconds', HOUR + 5 * MINUTE + 2_000],
    ['try again at 3:28 PM.', 3 * HOUR + 28 * MINUTE],
    ['try again at Apr 24th, 2026 12:30 PM.', 48 * HOUR + 30 * MINUTE],
    ['resets Jan 2 at 12am (UTC)', Date.UTC(2027, 0, 2) - now],
    ['Your quota will reset after 21h53m56s.', (21 * 60 + 53) * MINUTE + 56_000],
    ['Please retry in 12.5s', 12_500],
    ['Please retry in 500ms', 500],
    ['You have no quota', undefined],
    ['resets at 3pm (Nowhere/Land)', 3 * HOUR],
  ])('%s', (words, ms) => expect(readReset(words, now, 'UTC')).toBe(ms));

  it('never fails, and never names a moment of the past', () => {
    const words = fc.constantFrom(
      'resets',
      'in',
      'at',
      'again',
      'Feb',
      '31',
      '99',
      '12:99',
      'pm',
      'am',
      '(UTC)',
      '|',
      '1776862800',
      'hours',
      '3',
      'd',
    );
    fc.assert(
      fc.property(fc.array(words), (parts) => {
        expect(readReset(parts.join(' '), now, 'Europe/Oslo') ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
