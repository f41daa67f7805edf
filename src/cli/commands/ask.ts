import type { Command } from 'commander';
import type { CompletionEvent, CompletionOutcome } from '../../domain/completion-outcome.ts';
import type { CompletionRequest } from '../../domain/completion-request.ts';
import { FareboxError } from '../../domain/errors.ts';
import type { Engine } from '../../pipeline/engine.ts';
import { describeCall } from '../../pipeline/views/describe-call.ts';
import { printFooter, printTrouble } from '../call-footer.ts';
import { type CliContext, printJson, type RunCommand, withEngine } from '../context.ts';
import { EXIT, type ExitCode, exitCodeOfOutcome } from '../exit-code.ts';
import { plainText } from '../plain-text.ts';
import type { Printer } from '../printer.ts';
import { readPrompt } from '../read-prompt.ts';
import { addRequestOptions, type RequestOptions, toRequest } from '../request-options.ts';
import { printSandboxWarning } from '../sandbox-warning.ts';
import { createStatusLine, type StatusLine } from '../status-line.ts';

interface AskOptions extends RequestOptions {
  readonly cache: boolean;
  readonly stream: boolean;
  readonly continue?: boolean;
}

export function addAskCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('ask')
    .description('ask one thing: routed, paid from the budget, streamed')
    .argument('[prompt...]', 'the words of the prompt; - or piped input reads it, and with both the input follows');
  addRequestOptions(command)
    .option('--no-cache', 'neither read nor write the cache of answers')
    .option('--no-stream', 'print the answer only when it is whole; one that breaks off is begun anew elsewhere')
    .option('--continue', 'let another model finish a text that broke off after it was printed')
    .action((words: string[], options: AskOptions) => run((context) => ask(context, words, options)));
}

async function ask(context: CliContext, words: readonly string[], options: AskOptions): Promise<ExitCode> {
  const prompt = await readPrompt(context, words);
  const how = {
    cache: options.cache ? 'use' : 'off',
    delivery: options.stream && !context.json ? 'stream' : 'whole',
    ...(options.continue && { continuation: true }),
  } as const;
  const request = await toRequest(prompt, options, how, context.deps.project);
  return withEngine(context, async (engine) => {
    await printSandboxWarning(context, engine);
    const outcome = await runCancellable(context, engine, request);
    if (context.json) {
      await printJson(context, describeCall(outcome));
      await printTrouble(context, outcome);
    } else await printFooter(context, outcome);
    // The reader of a pipe had enough (`| head`): that is how such pipes end, not a failure.
    return outcome.status === 'cancelled' && context.stdout.gone.aborted ? EXIT.done : exitCodeOfOutcome(outcome);
  });
}

/** Runs the request until its end; Ctrl-C and a reader that went away cancel it upstream. */
async function runCancellable(context: CliContext, engine: Engine, request: CompletionRequest) {
  const { deps, stdout, stderr } = context;
  const cancel = new AbortController();
  const onGone = () => cancel.abort(new FareboxError('cancelled', 'Nobody reads the answer any more.'));
  const forget = deps.onInterrupt(() => cancel.abort(new FareboxError('cancelled', 'Interrupted.')));
  stdout.gone.addEventListener('abort', onGone, { once: true });
  const status = createStatusLine(stderr, deps.clock);
  status.show('choosing a model');
  try {
    return await printEvents(context, engine.pipeline.run(request, cancel.signal), status);
  } finally {
    await status.clear();
    forget();
    stdout.gone.removeEventListener('abort', onGone);
  }
}

/** Prints the text as it comes and returns how the call ended. Under `--json` nothing is printed. */
async function printEvents(
  context: CliContext,
  events: AsyncIterable<CompletionEvent>,
  status: StatusLine,
): Promise<CompletionOutcome> {
  const { stdout, json } = context;
  let last = '';
  for await (const event of events) {
    switch (event.type) {
      case 'attempt':
        status.show(`asking ${event.provider}/${event.model}${event.number > 1 ? ` (attempt ${event.number})` : ''}`);
        break;
      case 'attempt_failed':
        status.show(`${event.provider}/${event.model} failed (${event.failure}), trying on`);
        break;
      case 'progress':
        status.show(`receiving, ${event.characters} characters`);
        break;
      case 'text':
        if (json || event.text === '') break;
        await status.clear();
        last = await printText(stdout, event.text);
        break;
      case 'done':
        await status.clear();
        // An answer that was held back until it was whole, or came from the cache, may come with the outcome alone.
        if (!json && last === '') last = await printText(stdout, event.outcome.text);
        if (last !== '' && !last.endsWith('\n')) await stdout.write('\n');
        return event.outcome;
      case 'planned':
      case 'reasoning':
      case 'tool_call':
        break;
    }
  }
  throw new FareboxError('internal', 'The call ended without saying how.', {
    remedy: 'See farebox report, and report it.',
  });
}

async function printText(stdout: Printer, text: string): Promise<string> {
  await stdout.write(stdout.isTerminal ? plainText(text) : text);
  return text;
}
