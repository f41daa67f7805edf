import type { SpawnTreeResult } from '../../lib/process-tree.ts';
import { judgeAnswer } from '../judge-answer.ts';
import type { ProviderEvent } from '../provider.ts';
import type { Watchdog } from '../watchdog.ts';
import { type CommandFailureContext, commandFailure, failureInWords, startFailure } from './command-failure.ts';
import type { CommandRun } from './command-run.ts';
import { createJsonValues } from './json-values.ts';
import { createPlainOutput, plainText } from './plain-output.ts';
import type { OutputReader, Tool } from './tool.ts';

/** What `stop` is given when the answer is whole and the program does not end by itself. */
export const ANSWERED = Symbol('the answer is whole');

export interface ReadRunOptions {
  readonly run: CommandRun;
  readonly tool: Tool;
  readonly watchdog: Watchdog;
  readonly context: CommandFailureContext;
  readonly maxOutputBytes: number;
}

/**
 * Reads one run to its end and yields what the answer consists of; `finish` last and only if it is whole. Throws
 * `ProviderFailure` for what the tool says or does wrong, and whatever the run was stopped with.
 */
export async function* readRun(options: ReadRunOptions): AsyncGenerator<ProviderEvent> {
  const { tool, watchdog, context } = options;
  const reader = tool.createReader();
  const output = createOutput(tool, reader);
  const seen = { text: false, reasoning: false };
  const begins = tool.firstSign === 'content';
  watchdog.enter(tool.firstSign === 'none' ? 'whole' : 'first_token');
  const pass = function* (events: readonly ProviderEvent[]): Generator<ProviderEvent> {
    for (const event of events) {
      if (event.type === 'text') seen.text = true;
      if (event.type === 'reasoning') seen.reasoning = true;
      yield event;
    }
    if (reader.finished) watchdog.enter('trailing');
    else if (begins && (seen.text || seen.reasoning)) watchdog.enter('idle');
    else if (tool.firstSign === 'anything') watchdog.enter('whole');
  };

  const result = yield* untilEnded(options, output, pass);
  yield* pass(output.end());
  const outcome = reader.end();
  if (result) {
    const failure = failureOf(result, outcome.error === null && reader.finished, options);
    if (outcome.error === null && failure) throw failure(output.noise(), seen.text);
  }
  if (outcome.error !== null) throw failureInWords(outcome.error, 'server_error', context, outcome.retryAt);
  if (outcome.text !== '') yield* pass([{ type: 'text', text: outcome.text }]);
  if (outcome.finishReason === null && !seen.text && output.noise() !== '') {
    const words = `printed no answer that can be read, but: ${output.noise()}`;
    throw failureInWords(words, 'stream_malformed', context);
  }
  const verdict = judgeAnswer({
    hasText: seen.text,
    hasReasoning: seen.reasoning,
    hasToolCalls: false,
    refusal: '',
    finishReason: outcome.finishReason,
  });
  if ('fault' in verdict) throw commandFailure(verdict.fault, `${context.title}: ${verdict.message}`, context);
  yield { type: 'finish', reason: verdict.finish };
}

/** Passes on what is printed; how the program ended, null where it had to be stopped behind a whole answer. */
async function* untilEnded(
  { run, watchdog, context }: ReadRunOptions,
  output: Output,
  pass: (events: readonly ProviderEvent[]) => Generator<ProviderEvent>,
): AsyncGenerator<ProviderEvent, SpawnTreeResult | null> {
  try {
    for (;;) {
      const piece = await watchdog.during(run.read());
      if (piece === null) return await resultOf(run, context);
      watchdog.touch();
      yield* pass(output.push(piece));
    }
  } catch (error) {
    if (error === ANSWERED) return null;
    throw error;
  }
}

/** What a run rejects with that was not stopped is the system's refusal to start it. */
async function resultOf(run: CommandRun, context: CommandFailureContext): Promise<SpawnTreeResult> {
  try {
    return await run.result;
  } catch (error) {
    throw startFailure(error, context);
  }
}

interface Output {
  push(text: string): readonly ProviderEvent[];
  end(): readonly ProviderEvent[];
  /** What it printed beside the answer. */
  noise(): string;
}

function createOutput(tool: Tool, reader: OutputReader): Output {
  const plain = createPlainOutput();
  if (tool.prints === 'text') {
    return { push: (text) => reader.read(plain.push(text)), end: () => reader.read(plain.end()), noise: () => '' };
  }
  const values = createJsonValues();
  const readAll = (found: readonly unknown[]) => found.flatMap((value) => reader.read(value));
  return {
    push: (text) => readAll(values.push(plain.push(text))),
    end: () => readAll([...values.push(plain.end()), ...values.end()]),
    noise: () => values.noise(),
  };
}

type Failing = (noise: string, begun: boolean) => Error;

/** What the way in which a program ended says of its answer, where the program itself did not; null: nothing. */
function failureOf(
  { exitCode, signal, stderr, timedOut, truncated }: SpawnTreeResult,
  isWhole: boolean,
  { context, maxOutputBytes }: ReadRunOptions,
): Failing | null {
  const { title } = context;
  if (truncated) {
    const message = `${title} printed more than ${maxOutputBytes} bytes and was ended`;
    return () => commandFailure('stream_malformed', message, context);
  }
  if (timedOut) return () => commandFailure('timeout_total', `${title} did not end in time`, context);
  if (signal !== null) {
    const message = `${title} was ended by ${signal}`;
    return isWhole ? null : (_, begun) => commandFailure(begun ? 'stream_broken' : 'server_error', message, context);
  }
  if (exitCode === 0) return null;
  const said = lastWords(plainText(stderr));
  return (noise, begun) =>
    failureInWords(`exit code ${exitCode}: ${said || noise}`, begun ? 'stream_broken' : 'server_error', context);
}

const MOST_WORDS = 1_500;

/** The end of what a program complained of: causes stand last, behind warnings and traces of where it was. */
function lastWords(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
  return lines.join('\n').slice(-MOST_WORDS);
}
