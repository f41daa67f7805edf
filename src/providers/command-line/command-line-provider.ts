import type { CommandLineConfig } from '../../config/command-line-config.ts';
import type { Timeouts } from '../../config/config.ts';
import { type DeploymentId, toDeploymentId } from '../../domain/deployment.ts';
import { ProviderFailure } from '../../domain/failure.ts';
import { isFreeByUse } from '../../domain/price.ts';
import type { Clock } from '../../lib/clock.ts';
import { withDeadline } from '../../lib/deadline.ts';
import { createSemaphore } from '../../lib/semaphore.ts';
import type { Provider, ProviderCall, ProviderEvent } from '../provider.ts';
import { untranslatable } from '../untranslatable.ts';
import { cancelled } from '../upstream-session.ts';
import { createWatchdog, type TimeoutKind } from '../watchdog.ts';
import { chooseTool } from './choose-tool.ts';
import { type CommandFailureContext, commandFailure } from './command-failure.ts';
import { type CommandRun, startCommand } from './command-run.ts';
import { inspectCommand } from './inspect-command.ts';
import { ANSWERED, readRun } from './read-run.ts';
import { joinPrompt, renderPrompt } from './render-prompt.ts';

export interface CommandLineProviderOptions {
  readonly name: string;
  readonly command: CommandLineConfig;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  /** IANA name of this machine's zone: tools tell times of day without one. */
  readonly zone: string;
}

/** How long a tool may take to end, once its answer is whole. */
const TRAILING_MS = 2_000;
/** Linux takes no longer argument than 128 KiB, Windows no longer command line than 32 KiB. */
const LONGEST_ARGUMENT = process.platform === 'win32' ? 24_000 : 120_000;
/** Of the tree, beyond our own limits: in case nobody is there to keep them. */
const MARGIN_MS = 10_000;

/**
 * A provider whose models are reached by running a program for each call: the command-line agents that people have
 * subscribed to, used as models. Arguments are handed to the system as a list, never to a shell. The program and all that
 * it started are ended when the call is over, however it ends.
 */
export function createCommandLineProvider(options: CommandLineProviderOptions): Provider {
  const { name, command, timeouts, clock } = options;
  const tool = chooseTool(command);
  const places = createSemaphore(command.maxProcesses);
  const secrets = Object.entries(command.env).flatMap(([variable, value]) => (SECRET.test(variable) ? [value] : []));
  const running = new Set<Promise<void>>();
  const closing = new AbortController();
  const contextOf = (deployment: DeploymentId): CommandFailureContext => ({
    deployment,
    secrets,
    now: clock.now(),
    title: tool.title,
    program: command.argv[0] ?? '',
    login: tool.login,
    zone: options.zone,
  });

  /** Waits for a free process, for as long as a connection would be waited for while others could serve. */
  const takePlace = async ({ alone, deployment }: ProviderCall, signal: AbortSignal): Promise<() => void> => {
    const context = contextOf(deployment.id);
    const busy = () =>
      commandFailure('rate_limited', `all ${places.limit} processes of ${name} are busy (maxProcesses)`, context);
    const deadline = withDeadline(signal, alone ? timeouts.total : timeouts.connect, busy);
    try {
      return await places.acquire(deadline.signal);
    } catch (error) {
      throw error instanceof ProviderFailure ? error : cancelled(signal, context);
    } finally {
      deadline.dispose();
    }
  };

  const start = (invocation: ReturnType<typeof invocationOf>, release: () => void): CommandRun => {
    const run = startCommand({
      ...invocation,
      cwd: command.cwd,
      timeoutMs: timeouts.total + MARGIN_MS,
      maxOutputBytes: command.maxOutputBytes,
    });
    const over = run.over.then(() => {
      release();
      running.delete(over);
    });
    running.add(over);
    return run;
  };

  async function* stream(call: ProviderCall, signal: AbortSignal): AsyncGenerator<ProviderEvent> {
    const context = contextOf(call.deployment.id);
    if (signal.aborted) throw cancelled(signal, context);
    const invocation = invocationOf(call, tool, command);
    const release = await takePlace(call, signal);
    if (closing.signal.aborted) {
      release();
      throw closed(call);
    }
    const run = start(invocation, release);
    const watchdog = createWatchdog({
      clock,
      timeouts: call.alone ? { ...timeouts, firstToken: timeouts.firstTokenAlone ?? timeouts.firstToken } : timeouts,
      trailingMs: TRAILING_MS,
      onTimeout: (kind, afterMs) => run.stop(kind === 'trailing' ? ANSWERED : timeoutOf(kind, afterMs, context)),
    });
    const onAbort = () => run.stop(cancelled(signal, context));
    const onClose = () => run.stop(closed(call));
    signal.addEventListener('abort', onAbort, { once: true });
    closing.signal.addEventListener('abort', onClose, { once: true });
    try {
      const read = readRun({ run, tool, watchdog, context, maxOutputBytes: command.maxOutputBytes });
      for await (const event of read) yield withoutNotionalCost(event, call);
    } catch (error) {
      if (error instanceof ProviderFailure) throw error;
      throw commandFailure('internal', `${tool.title}: ${error}`, context, { cause: error });
    } finally {
      watchdog.stop();
      signal.removeEventListener('abort', onAbort);
      closing.signal.removeEventListener('abort', onClose);
      run.stop(ANSWERED);
    }
  }

  return {
    name,
    stream,
    async listModels(signal) {
      const context = contextOf(toDeploymentId(name, '*'));
      const found = await inspectCommand(command, signal);
      if (found.problem !== null) throw commandFailure('connection', found.problem, context);
      return [];
    },
    async close() {
      closing.abort();
      await Promise.all(running);
    },
  };
}

const SECRET = /key|token|secret|passw|auth|credential/i;

function closed({ deployment }: ProviderCall): ProviderFailure {
  return new ProviderFailure('cancelled', deployment.id, 'farebox is closing');
}

/** What is run for a call. Throws `untranslatable` and `context_length`. */
function invocationOf(call: ProviderCall, tool: ReturnType<typeof chooseTool>, command: CommandLineConfig) {
  const rendered = renderPrompt(call);
  const { upstreamModel } = call.deployment;
  const apart = tool.takesSystem && Buffer.byteLength(rendered.system) <= LONGEST_ARGUMENT;
  const asked = {
    model: upstreamModel === tool.ownModel ? null : upstreamModel,
    system: apart && rendered.system !== '' ? rendered.system : null,
    prompt: apart ? rendered.prompt : joinPrompt(rendered),
  };
  const { args, env, stdin } = tool.arguments(asked, { isolated: command.cwd === null });
  const prefix = command.tool === 'custom' ? command.argv.slice(0, 1) : command.argv;
  const argv = [...prefix, ...args, ...command.args];
  if (argv.some((argument) => argument.includes('\0'))) {
    throw untranslatable(call, 'An argument with a NUL character cannot be handed to a command.');
  }
  if (argv.some((argument) => Buffer.byteLength(argument) > LONGEST_ARGUMENT)) {
    throw new ProviderFailure(
      'context_length',
      call.deployment.id,
      `the prompt is longer than the ${LONGEST_ARGUMENT} bytes that an argument may have; let the command read it from stdin`,
    );
  }
  return { argv, env: { ...env, ...command.env }, stdin };
}

/** What the API would have charged is no cost where a subscription pays. */
function withoutNotionalCost(event: ProviderEvent, { deployment }: ProviderCall): ProviderEvent {
  const isPaid = deployment.price !== null && isFreeByUse(deployment.price);
  return event.type === 'usage' && isPaid && event.reportedCost !== null ? { ...event, reportedCost: null } : event;
}

function timeoutOf(
  kind: Exclude<TimeoutKind, 'trailing'>,
  afterMs: number,
  context: CommandFailureContext,
): ProviderFailure {
  const words: Readonly<Record<typeof kind, string>> = {
    timeout_first_token: `printed nothing of an answer within ${afterMs} ms; it may wait for an input that never comes, such as a login`,
    timeout_idle: `was silent for ${afterMs} ms in the middle of its answer`,
    timeout_total: `had not answered after ${afterMs} ms`,
  };
  return commandFailure(kind, `${context.title} ${words[kind]}; it was ended with all that it had started`, context);
}
