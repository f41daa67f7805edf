import type { CheckCommands } from '../checks/prepare-checks.ts';
import type { PreparedCheck } from '../checks/prepared-check.ts';
import { doubtOf } from '../checks/quality-gate.ts';
import { runChecks } from '../checks/run-checks.ts';
import type { Check, CheckResult, Verification } from '../domain/check.ts';
import { type CompletionRequest, textOf } from '../domain/completion-request.ts';
import type { Deployment } from '../domain/deployment.ts';
import { ProviderFailure } from '../domain/failure.ts';
import type { TaskType } from '../domain/task.ts';
import type { Clock } from '../lib/clock.ts';
import type { Answer } from './answer.ts';
import { isFormatDemanded, qualityFault } from './quality-fault.ts';

/** Everything that judging an answer needs beside the answer. */
export interface JudgedAttempt {
  readonly deployment: Deployment;
  readonly task: TaskType;
  /** The profile wants answers that are not good enough tried elsewhere. */
  readonly onQualityFailure: boolean;
  /** Another model could still be asked for a better answer, so that a mere doubt is a reason to ask it. */
  readonly mayUpgrade: boolean;
  readonly signal: AbortSignal;
}

/** What is thought of a whole answer. */
export interface Judgement {
  /** Why it is turned down; its message holds nothing of the answer, so that it may be kept. Null: it stands. */
  readonly failure: ProviderFailure | null;
  /** What is wrong, in words that a model can mend it by; they may quote the answer. Null where nothing can be mended. */
  readonly finding: string | null;
  /** What the request's checks said; null where none were run. */
  readonly verification: Verification | null;
  /** The answer stands, although this was noticed. */
  readonly doubt: string | null;
}

/** Judges the whole answers of one request: quality gate, then the demanded format, then the demanded checks. */
export type Judge = (answer: Answer, attempt: JudgedAttempt) => Promise<Judgement>;

/** Makes the judge of a request. Rejects with `invalid_request` for a check that can never be run. */
export type PrepareJudge = (request: CompletionRequest) => Promise<Judge>;

const STANDS: Judgement = { failure: null, finding: null, verification: null, doubt: null };

export function createJudges(commands: CheckCommands, clock: Clock): PrepareJudge {
  return async (request) => {
    const { responseFormat: format, verify = [], stop } = request;
    const demanded: readonly Check[] =
      format?.type === 'json_schema' ? [{ type: 'json_schema', schema: format.schema }] : [];
    const [formatCheck] = await prepare(demanded);
    const checks = await prepare(verify);
    const source = checks.length > 0 ? wordsOfUser(request) : '';

    return async (answer, attempt) => {
      const { deployment, signal } = attempt;
      const fault = qualityFault(request, answer, attempt);
      if (fault) return { ...STANDS, failure: fault };
      // A call of a tool is no answer yet; the answer comes in a later turn.
      if (answer.toolCalls.length > 0) return STANDS;
      const subject = { answer: answer.text, source, signal };
      if (formatCheck && isFormatDemanded(answer)) {
        const finding = await formatCheck.find(subject);
        if (finding !== null) return formatFailure(deployment, finding);
      }
      if (checks.length > 0) return verified(deployment, await runAll(checks, subject, answer));
      // What a check or a schema has found good needs no guess, and what a caller has seen cannot be taken back.
      if (formatCheck || request.delivery === 'stream' || !attempt.onQualityFailure || answer.finishReason === 'length')
        return STANDS;
      const doubt = await doubtOf({ text: answer.text, task: attempt.task, ...(stop && { stop }) });
      if (doubt === null) return STANDS;
      if (!attempt.mayUpgrade) return { ...STANDS, doubt };
      return { ...STANDS, failure: new ProviderFailure('invalid_answer', deployment.id, doubtWithoutQuotes(doubt)) };
    };
  };

  /** What checks are made of is read when the first one is demanded. */
  async function prepare(demanded: readonly Check[]): Promise<readonly PreparedCheck[]> {
    if (demanded.length === 0) return [];
    const { prepareChecks } = await import('../checks/prepare-checks.ts');
    return prepareChecks(demanded, commands);
  }

  async function runAll(
    checks: readonly PreparedCheck[],
    subject: Parameters<typeof runChecks>[1],
    { finishReason }: Answer,
  ) {
    if (finishReason !== 'length' && finishReason !== 'content_filter') return runChecks(checks, subject, clock);
    const finding = `The answer was cut off (${finishReason}) before its end, so nothing can be said of it: answer more briefly.`;
    return checks.map(({ name }): CheckResult => ({ check: name, passed: false, finding, durationMs: 0 }));
  }
}

/** What `grounded` looks values up in where it names no source. */
function wordsOfUser({ messages }: CompletionRequest): string {
  return messages.flatMap(({ role, content }) => (role === 'user' ? [textOf(content)] : [])).join('\n\n');
}

function formatFailure({ id }: Deployment, finding: string): Judgement {
  const failure = new ProviderFailure('invalid_answer', id, 'the answer does not fit the demanded JSON Schema');
  return { ...STANDS, failure, finding };
}

function verified({ id, provider, model }: Deployment, results: readonly CheckResult[]): Judgement {
  const failed = results.filter(({ passed }) => !passed);
  const verification: Verification = { model, provider, passed: failed.length === 0, results };
  if (failed.length === 0) return { ...STANDS, verification };
  const names = failed.map(({ check }) => check).join(', ');
  return {
    failure: new ProviderFailure('check_failed', id, `the answer did not pass ${names}`),
    finding: failed.map(({ check, finding }) => `${check}: ${finding}`).join('\n'),
    verification,
    doubt: null,
  };
}

/** What the parser said may quote the answer. */
function doubtWithoutQuotes(doubt: string): string {
  return doubt.replace(/ \(.*$/s, '');
}
