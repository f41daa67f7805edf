import type { Message, ToolDefinition } from '../../src/domain/completion-request.ts';
import { chooseDialect } from '../../src/providers/choose-dialect.ts';
import type { Dialect } from '../../src/providers/dialect.ts';
import type { ProviderCall } from '../../src/providers/provider.ts';
import { sessionOf } from '../../test/support/dialect-fixture.ts';
import { providerCall } from '../../test/support/provider-call.ts';
import { DIALECT_SAMPLES, type DialectSample } from './dialect-samples.ts';
import { distribution, ms, type Row, type Section, us } from './measure.ts';

const MESSAGES = 100;
const TOOLS = 50;
const TRANSLATIONS = 400;
const TOKENS = 20_000;
/** Targets, in ms. */
const GOAL = { translation: 2, token: 0.01 };

/** What translation costs in each dialect: a large request and its answer, and each token of a stream. */
export async function benchDialects(): Promise<Section> {
  const rows: Row[] = [];
  for (const sample of DIALECT_SAMPLES) rows.push(...(await measureDialect(sample)));
  return {
    title: 'Dialects',
    method: `A request of ${MESSAGES} messages (a tool loop) and ${TOOLS} tools to the bytes that are sent, and an answer of 200 pieces of text and 5 tool calls from its bytes to events, p99 of ${TRANSLATIONS}; then the processor time (all threads) of each token of a stream of ${TOKENS}, each in a packet of its own.`,
    rows,
  };
}

async function measureDialect(sample: DialectSample): Promise<readonly Row[]> {
  const dialect = chooseDialect({ ...sample, name: 'bench' });
  const call = largeCall(sample.model);
  const answer = packets(sample.answer(words(200), 5));
  const both = await distribution(TRANSLATIONS, async () => {
    dialect.encode(call);
    await readAll(dialect, answer, call);
  });
  await readAll(dialect, packets(sample.answer(words(TOKENS), 0)), call);
  const stream = packets(sample.answer(words(TOKENS), 0));
  const before = process.cpuUsage();
  await readAll(dialect, stream, call);
  const { user, system } = process.cpuUsage(before);
  const perToken = (user + system) / 1_000 / TOKENS;
  return [
    {
      name: `${sample.kind}: request and answer, p50 and p99`,
      value: `${ms(both.p50)}, ${ms(both.p99)}`,
      goal: 'p50 ≤ 2 ms',
      met: both.p50 <= GOAL.translation,
    },
    { name: `${sample.kind}: a streamed token`, value: us(perToken), goal: '≤ 10 µs', met: perToken <= GOAL.token },
  ];
}

/** Throws where an answer is not whole, since a dialect that fails at once would be the fastest. */
async function readAll(dialect: Dialect, chunks: readonly Uint8Array[], call: ProviderCall): Promise<void> {
  const context = { deployment: call.deployment.id, secrets: [], now: 0 };
  let isWhole = false;
  for await (const event of dialect.read(sessionOf(chunks), context, call)) isWhole ||= event.type === 'finish';
  if (!isWhole) throw new Error(`${dialect.name}: the answer is not whole`);
}

function packets(lines: readonly string[]): readonly Uint8Array[] {
  return lines.map((line) => Buffer.from(line));
}

function words(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => ` word${i}`);
}

function largeCall(model: string): ProviderCall {
  const tools: ToolDefinition[] = Array.from({ length: TOOLS }, (_, i) => ({
    name: `tool_${i}`,
    description: 'Reads a file from the workspace and returns its lines with numbers. '.repeat(4),
    parameters: {
      type: 'object',
      properties: { path: { type: 'string', description: 'Absolute path' }, limit: { type: 'integer' } },
      required: ['path'],
    },
  }));
  const turn = (i: number): readonly Message[] => [
    {
      role: 'assistant',
      content: 'I read it.',
      toolCalls: [{ id: `call_${i}`, name: `tool_${i % TOOLS}`, arguments: '{"path":"src/a.ts"}' }],
    },
    { role: 'tool', toolCallId: `call_${i}`, content: 'a line of the file, with its number\n'.repeat(30) },
  ];
  const turns = Array.from({ length: (MESSAGES - 2) / 2 }, (_, i) => turn(i)).flat();
  const messages: Message[] = [
    { role: 'system', content: 'You are a careful engineer. '.repeat(50) },
    { role: 'user', content: 'Mend the failing test.' },
    ...turns,
  ];
  return providerCall({ messages, tools }, { upstreamModel: model });
}
