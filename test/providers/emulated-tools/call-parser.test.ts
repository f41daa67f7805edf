import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CallParser,
  createCallParser,
  type ParsedPiece,
} from '../../../src/providers/emulated-tools/call-parser.ts';
import { fuzzRuns } from '../../support/fuzz-runs.ts';

const OFFERED = new Set(['read', 'write']);

interface Parsed {
  readonly text: string;
  readonly calls: readonly (readonly [string, unknown])[];
  readonly fault: string | null;
}

function summarize(pieces: readonly ParsedPiece[], parser: CallParser): Parsed {
  return {
    text: pieces.flatMap((piece) => (piece.type === 'text' ? [piece.text] : [])).join(''),
    calls: pieces.flatMap((piece) =>
      piece.type === 'call' ? [[piece.call.name, JSON.parse(piece.call.arguments)] as const] : [],
    ),
    fault: parser.fault,
  };
}

function parse(...texts: readonly string[]): Parsed {
  const parser = createCallParser(OFFERED);
  const pieces = texts.flatMap((text) => parser.push(text));
  return summarize([...pieces, ...parser.end()], parser);
}

const call = (name: string, args: unknown = {}) => ({ name, arguments: args });
const envelope = (...calls: unknown[]) => JSON.stringify({ tool_calls: calls });
const NESTED = { path: 'a"}]b', deep: { list: [{ x: '{"tool_calls":[' }, '\\"'] } };

describe('calls in the words of a model (UPS-05)', () => {
  it.each<[string, string, string, [string, unknown][]]>([
    [
      'our envelope',
      envelope(call('read', NESTED), call('write')),
      '',
      [
        ['read', NESTED],
        ['write', {}],
      ],
    ],
    ['prose before it', `I look.\n${envelope(call('read', { a: 1 }))}`, 'I look.\n', [['read', { a: 1 }]]],
    ['a code fence', `So:\n\`\`\`json\n${envelope(call('read'))}\n\`\`\`\n`, 'So:\n', [['read', {}]]],
    ['a bare object', '{"name":"read","arguments":{"a":[1,2]}}', '', [['read', { a: [1, 2] }]]],
    [
      'a bare list',
      '[{"name":"read","arguments":{}},{"name":"write","parameters":{"b":2}}]',
      '',
      [
        ['read', {}],
        ['write', { b: 2 }],
      ],
    ],
    [
      'several in a row',
      '{"name":"read","arguments":{}}\n{"name":"write","arguments":{}}',
      '',
      [
        ['read', {}],
        ['write', {}],
      ],
    ],
    [
      'tags',
      '<tool_call>\n{"name":"read","arguments":{}}\n</tool_call>\n<tool_call>{"name":"write","arguments":{}}</tool_call>',
      '',
      [
        ['read', {}],
        ['write', {}],
      ],
    ],
    [
      'OpenAI’s shape',
      '{"tool_calls":[{"id":"1","type":"function","function":{"name":"read","arguments":"{\\"a\\":1}"}}]}',
      '',
      [['read', { a: 1 }]],
    ],
    ['other words for the parts', '{"tool":"read","tool_input":{"a":1}}', '', [['read', { a: 1 }]]],
    ['no arguments', '{"tool_calls":[{"name":"read"}]}', '', [['read', {}]]],
    [
      'what it makes up behind a call',
      `${envelope(call('read'))}\nResult of read:\nall fine\n${envelope(call('write'))}`,
      '',
      [['read', {}]],
    ],
  ])('are found in %s', (_what, text, words, calls) => {
    expect(parse(text)).toEqual({ text: words, calls, fault: null });
  });

  it.each<[string, string]>([
    ['plain words', 'Nothing to call here: {x}, [y] and `z`.'],
    ['code', 'function f() { return { "use strict": [1] }; }\n```js\nconst a = {"name": b};\n```\n'],
    ['JSON about something else', '{"name":"left-pad","version":"1.0.0","arguments":{}}'],
    ['a tool that was not offered', '{"name":"delete","arguments":{}}'],
    ['JSON in which a call is only data', '{"result":[{"name":"read","arguments":{}}]}'],
    ['data under a name of ours', '{"name":"read","size":3,"owner":"me"}'],
    ['broken JSON', '{"name":"read","arguments":{,}}'],
    ['half an object', '{"name":"read","argum'],
    ['a fence without a call', '```json\n{"a":1}\n```'],
    ['only a fence', 'So:\n```'],
    ['a tag without a call', '<tool_call>\nnothing\n</tool_call>'],
    ['a bracket at the end', 'see ['],
    ['nothing', ''],
  ])('are not found in %s, which stays as it is', (_what, text) => {
    expect(parse(text)).toEqual({ text, calls: [], fault: null });
  });

  it.each<[string, string, RegExp]>([
    ['not JSON', '{"tool_calls":[{"name":"read","arguments":{a:1}}]}', /not valid JSON/],
    ['of an unknown tool', envelope(call('delete')), /no tool "delete"/],
    ['without a name', '{"tool_calls":[{"arguments":{}}]}', /names no tool/],
    [
      'with a list for arguments',
      '{"tool_calls":[{"name":"read","arguments":[1]}]}',
      /arguments of read are no JSON object/,
    ],
    ['an empty list', '{"tool_calls":[]}', /list of calls is empty/],
    ['no object', '{"tool_calls":["read"]}', /not an object/],
    ['broken off', '{"tool_calls":[{"name":"read","argu', /breaks off/],
  ])('that are %s are a fault', (_what, text, fault) => {
    const parsed = parse(text);
    expect(parsed.calls).toEqual([]);
    expect(parsed.fault).toMatch(fault);
  });

  it('are the same wherever the text is cut, and text is passed on as soon as it is certain', () => {
    const texts = [
      `I look.\n\`\`\`json\n${envelope(call('read', NESTED))}\n\`\`\`\nand more`,
      '<tool_call>{"name":"read","arguments":{}}</tool_call>\n[{"name":"write","arguments":{}}]',
      'Use {"a": {"name":"read","arguments":{}}} or { x } or [1, {"b": "}"}] here.',
    ];
    for (const text of texts) {
      const whole = parse(text);
      for (let at = 1; at < text.length; at++) expect(parse(text.slice(0, at), text.slice(at))).toEqual(whole);
      expect(parse(...text)).toEqual(whole);
    }
    const parser = createCallParser(OFFERED);
    expect(parser.push('Some words')).toEqual([{ type: 'text', text: 'Some words' }]);
    expect(parser.push(' and { code')).toMatchObject([{ text: ' and ' }, { text: '{' }, { text: ' code' }]);
  });

  it('hold no more than a bounded part of an answer, in linear time', () => {
    const parser = createCallParser(OFFERED);
    const started = performance.now();
    let text = parser.push('{"name":"').length;
    for (let i = 0; i < 40_000; i++) text += parser.push('x'.repeat(50)).length;
    expect(text).toBeGreaterThan(0);
    const brackets = createCallParser(OFFERED);
    for (let i = 0; i < 50_000; i++) brackets.push('[{');
    brackets.end();
    expect(parse(`{"tool_calls":"${'x'.repeat(2_000_000)}`).fault).toBe('the call is too long');
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('never lose or invent text where there is no call', () => {
    const word = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      '```',
      '```json\n',
      '\n',
      ' ',
      'a',
      '<tool_call>',
      '</',
      ',',
      ':',
      '"name"',
      '"a"',
      '{"',
      'read',
    );
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 8 }), { maxLength: 6 }), (chunks) => {
        const texts = chunks.map((chunk) => chunk.join(''));
        const parsed = parse(...texts);
        expect(parsed.calls.length === 0 && parsed.fault === null ? parsed.text : texts.join('')).toBe(texts.join(''));
        expect(parsed).toEqual(parse(texts.join('')));
      }),
      fuzzRuns(),
    );
  });
});
