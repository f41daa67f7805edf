import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressConversation } from '../../src/context/compress-conversation.ts';
import type { CompressionLimits } from '../../src/context/compression-steps.ts';
import { type Message, textOf } from '../../src/domain/completion-request.ts';
import { countTokens } from '../../src/pipeline/conversations/prepare-request.ts';
import { conversation, FILLERS, type Filler, PLANTED } from './conversations.ts';

const NO_PRESSURE = 1e9;
const limits: CompressionLimits & { readonly around: number } = {
  high: NO_PRESSURE,
  low: NO_PRESSURE,
  longTurns: 30,
  wholeTurns: { most: 12, least: 6 },
  wholeSegments: 6,
  around: 0,
};
const compress = (messages: readonly Message[], more: Partial<CompressionLimits> = {}) =>
  compressConversation(messages, countTokens, { ...limits, ...more });

const all = Object.entries(PLANTED);
/** Twenty facts, all five of one style among them. */
const factsOf = (style: string) =>
  [...(PLANTED[style] ?? []), ...all.filter(([name]) => name !== style).flatMap(([, list]) => list.slice(0, 3))].slice(
    0,
    20,
  );

describe('compressing a long conversation', () => {
  const cases = all.flatMap(([style]) => Object.keys(FILLERS).map((filler) => [style, filler as Filler] as const));

  it.each(cases)(
    'keeps 95 %% of 20 planted facts (%s, talk: %s) and saves half of the tokens (MEM-07)',
    (style, filler) => {
      const facts = factsOf(style);
      for (const turns of [51, 52, 58, 75]) {
        const made = compress(
          conversation(
            turns,
            facts.map(([fact]) => fact),
            filler,
          ),
        );
        const text = made?.messages.map(({ content }) => textOf(content)).join('\n') ?? '';
        const lost = facts.filter(([, words]) => !text.includes(words));
        expect(lost.length, `lost: ${lost.map(([fact]) => fact).join(' | ')}`).toBeLessThanOrEqual(1);
        expect(1 - (made?.tokensAfter ?? 1) / (made?.tokensBefore ?? 1)).toBeGreaterThanOrEqual(0.5);
      }
    },
  );

  it('leaves ten turns as they are (MEM-06)', () => {
    expect(compress(conversation(10, ['The code is 7.']))).toBeNull();
  });

  it('keeps system, first and newest message and the last turns word for word', () => {
    const messages = conversation(55, ['The code is 7.']);
    const made = compress(messages)?.messages ?? [];
    expect(made.slice(0, 2)).toEqual(messages.slice(0, 2));
    expect(made.slice(-12)).toEqual(messages.slice(-12));
  });

  it('moves in steps: what one turn sends is the beginning of what the next one sends (OPT-11)', () => {
    const whole = conversation(90, ['The code is 7.', 'We ship on Friday.']);
    let previous: readonly Message[] = [];
    let broken = 0;
    for (let turns = 1; turns <= 90; turns++) {
      const messages = [...whole.slice(0, 1 + 2 * turns), { role: 'user', content: `question ${turns}` } as const];
      const sent = (compress(messages)?.messages ?? messages).slice(0, -1);
      if (JSON.stringify(sent.slice(0, previous.length)) !== JSON.stringify(previous)) broken++;
      previous = sent;
    }
    expect(broken).toBeGreaterThan(0);
    expect(broken).toBeLessThanOrEqual(10);
  });

  it('keeps to what it has shortened when it goes on: only the part behind it changes', () => {
    const messages = conversation(80, []);
    const at = (turns: number) => compress([...messages.slice(0, 1 + 2 * turns), { role: 'user', content: 'q' }]);
    const [early, late] = [at(40)?.shortened ?? [], at(75)?.shortened ?? []];
    expect(early.length).toBeGreaterThan(4);
    expect(late.slice(0, early.length - 2)).toEqual(early.slice(0, -2));
  });

  it('keeps code whole or leaves it out whole, with a note', () => {
    const short = '```python\ndef area(r):\n    return 3.14 * r * r\n```';
    const long = `\`\`\`sql\n${'SELECT a,  b FROM t;\n'.repeat(100)}\`\`\``;
    const messages = conversation(60, [`\n${short}\n`, `\n${long}\n`]);
    const text =
      compress(messages)
        ?.messages.map(({ content }) => textOf(content))
        .join('\n') ?? '';
    expect(text).toContain(short);
    expect(text).toContain('[code of 102 lines left out]');
    expect(text).not.toContain('SELECT');
  });

  it('brings a loop of large tool results below the limit without touching what was asked', () => {
    const ask: Message = { role: 'user', content: 'Find where the leak comes from and fix it.' };
    const loop = Array.from({ length: 40 }, (_, index): Message[] => [
      {
        role: 'assistant',
        content: null,
        toolCalls: [{ id: `c${index}`, name: 'read', arguments: `{"p":"f${index % 9}.ts"}` }],
      },
      { role: 'tool', toolCallId: `c${index}`, content: `line of file ${index}\n`.repeat(300) },
    ]).flat();
    const made = compress([ask, ...loop], { high: 20_000, low: 10_000, longTurns: null });
    expect(made?.tokensAfter).toBeLessThanOrEqual(20_000);
    expect(made?.messages[0]).toEqual(ask);
    expect(made?.messages.slice(-6)).toEqual(loop.slice(-6));
    expect(JSON.stringify(made?.messages)).toContain('and its result left out: ');
  });

  it('drops what a later call of the same tool has replaced, small as it is', () => {
    const read = (id: string, content: string): Message[] => [
      { role: 'user', content: 'look again' },
      { role: 'assistant', content: null, toolCalls: [{ id, name: 'status', arguments: '{}' }] },
      { role: 'tool', toolCallId: id, content },
      { role: 'assistant', content: 'I have looked.' },
    ];
    const made = compress([...Array.from({ length: 40 }, (_, index) => read(`c${index}`, `state ${index}`)).flat()]);
    const text = JSON.stringify(made?.messages);
    expect(text).not.toContain('"state 3"');
    expect(text).toContain('"state 39"');
  });

  it('never parts a tool call from its result, and never grows (MEM-07)', () => {
    const exchange = fc.record({
      said: fc.lorem({ maxCount: 30 }),
      calls: fc.array(fc.record({ name: fc.constantFrom('read', 'list'), size: fc.integer({ min: 0, max: 3_000 }) }), {
        maxLength: 3,
      }),
      text: fc.option(fc.lorem(), { nil: null }),
    });
    fc.assert(
      fc.property(
        fc.array(exchange, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 300, max: 30_000 }),
        (turns, high) => {
          const messages = turns.flatMap(({ said, calls, text }, turn): Message[] => {
            const toolCalls = calls.map(({ name }, index) => ({ id: `t${turn}c${index}`, name, arguments: '{}' }));
            return [
              { role: 'user', content: said },
              {
                role: 'assistant',
                content: text ?? (calls.length > 0 ? null : 'ok'),
                ...(calls.length > 0 && { toolCalls }),
              },
              ...calls.map(
                ({ size }, index): Message => ({
                  role: 'tool',
                  toolCallId: `t${turn}c${index}`,
                  content: 'x'.repeat(size),
                }),
              ),
            ];
          });
          messages.push({ role: 'user', content: 'and now?' });
          const made = compress(messages, { high, low: high / 2 });
          if (!made) return;
          expect(made.messages.at(-1)).toEqual(messages.at(-1));
          expect(openCalls(made.messages)).toEqual([]);
          // The note that it was shortened is all that may be added.
          expect(made.tokensAfter).toBeLessThanOrEqual(made.tokensBefore + 60);
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** Ids of calls without a result right behind them, and of results without a call right before them. */
function openCalls(messages: readonly Message[]): readonly string[] {
  const wrong: string[] = [];
  let open: string[] = [];
  for (const message of messages) {
    if (message.role === 'tool') {
      if (!open.includes(message.toolCallId)) wrong.push(message.toolCallId);
      open = open.filter((id) => id !== message.toolCallId);
    } else {
      wrong.push(...open);
      open = message.role === 'assistant' ? (message.toolCalls ?? []).map(({ id }) => id) : [];
    }
  }
  return [...wrong, ...open];
}
