import { type BudgetRefusal, type BudgetStatus, QUOTA_BUFFER_BUDGET } from '../domain/budget.ts';
import { FareboxError } from '../domain/errors.ts';
import type { FailureKind, ProviderFailure } from '../domain/failure.ts';
import { formatUsd, sumUsd, toUsdString } from '../domain/money.ts';
import { MONEY_REJECTIONS, type Rejection } from '../domain/plan.ts';
import type { CheaperPlan } from '../routing/cheaper-plan.ts';
import type { Call } from './call.ts';
import { mostImportant } from './failure-meanings.ts';

/** The error for a call whose attempts all failed: the failure that matters most, and what became of each attempt. */
export function explainFailures(failures: readonly ProviderFailure[], call: Call): FareboxError {
  const { kind, code, remedy } = mostImportant(failures);
  const failure = failures.find((candidate) => candidate.kind === kind);
  // What could not be done for a reason that its user can mend is told in those words.
  if (kind === 'internal' && failure?.cause instanceof FareboxError) return failure.cause;
  const status = failure?.status === undefined ? '' : ` (HTTP ${failure.status})`;
  return new FareboxError(
    code,
    `${failure?.deployment} failed with ${kind}${status}: ${failure?.message}${lastFinding(kind, call)}${othersOf(failures, failure, call)}`,
    {
      remedy,
      cause: failure,
      details: {
        failure: kind,
        http_status: failure?.status ?? null,
        retry_after_ms: failure?.retryAfterMs ?? null,
        failures: failures.map(({ deployment, kind, status }) => ({
          deployment,
          failure: kind,
          http_status: status ?? null,
        })),
      },
    },
  );
}

/** What was wrong with the last answer that was turned down, and what all answers have cost. */
function lastFinding(kind: FailureKind, { findings, attempts }: Call): string {
  if (kind !== 'check_failed' && kind !== 'invalid_answer') return '';
  const last = findings.at(-1);
  if (last === undefined) return '';
  const spent = sumUsd(attempts.flatMap(({ cost }) => (cost.amount === null ? [] : [cost.amount])));
  const answers = findings.length === 1 ? 'One answer was' : `${findings.length} answers were`;
  return `. ${answers} turned down, ${formatUsd(spent)} was spent. The last finding: ${last}`;
}

/** What else failed, by kind: `(Failed too: groq/x: rate_limited, groq/x: rate_limited.)`. */
function othersOf(failures: readonly ProviderFailure[], told: ProviderFailure | undefined, call: Call): string {
  const others = failures.filter((failure) => failure !== told);
  if (others.length > 0) return ` (Failed too: ${listOf(others)}.)`;
  const more = call.attempts.length - failures.length;
  return more > 0 ? ` (${more} more attempt${more === 1 ? '' : 's'} failed too.)` : '';
}

/** `groq/x: rate_limited ×2, openrouter/x: timeout_idle`. */
function listOf(failures: readonly ProviderFailure[]): string {
  const counts = new Map<string, number>();
  for (const { deployment, kind } of failures) {
    const what = `${deployment}: ${kind}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => (count > 1 ? `${what} ×${count}` : what)).join(', ');
}

/** The error of a call that was interrupted, with what had failed before, so that the deadline does not hide it. */
export function explainInterruption(error: FareboxError, failures: readonly ProviderFailure[]): FareboxError {
  const before = failures.filter(({ kind }) => kind !== 'cancelled');
  if (error.code !== 'deadline_exceeded' || before.length === 0) return error;
  return new FareboxError(error.code, `${error.message} Before that: ${listOf(before)}.`, {
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    details: { ...error.details, failures: before.map(({ deployment, kind }) => ({ deployment, failure: kind })) },
    cause: before.at(-1),
  });
}

/** The error for a call that a budget refused: which one, what is left, when it resets, what would fit. */
export function explainRefusal(refusal: BudgetRefusal, call: Pick<Call, 'cheaper'>): FareboxError {
  const isQuotaBuffer = refusal.budgetId === QUOTA_BUFFER_BUDGET;
  const fitting = isQuotaBuffer ? null : (call.cheaper?.(refusal.left) ?? null);
  const reset = refusal.resetsAt ? ` It resets at ${refusal.resetsAt}.` : '';
  const never = refusal.neverFits ? ' Such a call never fits into it.' : '';
  return new FareboxError(
    'budget_exceeded',
    `Budget ${refusal.budgetId} has ${formatUsd(refusal.left)} of ${formatUsd(refusal.limit)} left, and this call may cost up to ${formatUsd(refusal.needed)}.${reset}${never}`,
    {
      remedy: isQuotaBuffer
        ? 'The free quota is used up, and so is what may be paid beyond it: wait until it begins anew, or raise `policy.quotaBufferUsd`.'
        : fitting
          ? `${describeFitting(fitting)} Or raise the budget.`
          : 'Lower max_output_tokens, raise the budget, or enable a free or local model.',
      details: {
        budget: refusal.budgetId,
        limit_usd: toUsdString(refusal.limit),
        left_usd: toUsdString(refusal.left),
        needed_usd: toUsdString(refusal.needed),
        resets_at: refusal.resetsAt,
        ...fittingDetails(fitting),
      },
    },
  );
}

function describeFitting({ deployment, worstCost, maxOutputTokens, isShorter }: CheaperPlan): string {
  const cost = worstCost === 0 ? 'costs nothing' : `costs ${formatUsd(worstCost)} at most`;
  return isShorter
    ? `${deployment} would fit with max_output_tokens ${maxOutputTokens}: it then ${cost}.`
    : `${deployment} would fit: it ${cost}, with ${maxOutputTokens} output tokens; name it as the model.`;
}

function fittingDetails(fitting: CheaperPlan | null) {
  if (!fitting) return {};
  const { deployment, worstCost, maxOutputTokens } = fitting;
  return {
    would_fit: { deployment, max_output_tokens: maxOutputTokens, worst_cost_usd: toUsdString(worstCost) },
  };
}

/** The error for a call that waits until there is money again. */
function explainPause(detail: string, budget: BudgetStatus | null): FareboxError {
  const resumes = budget?.resetsAt ? ` It resumes at ${budget.resetsAt}.` : '';
  const figures = budget
    ? ` ${budget.budget.id} has ${formatUsd(budget.left)} of ${formatUsd(budget.budget.limit)} left.`
    : '';
  return new FareboxError('budget_exceeded', `Paused. ${detail}${figures}${resumes}`, {
    remedy:
      'Ask again then, raise the budget, or ask without what marks the call as non-critical (policy.nonCritical).',
    details: {
      paused: true,
      budget: budget?.budget.id ?? null,
      resets_at: budget?.resetsAt ?? null,
      ...(budget && { limit_usd: toUsdString(budget.budget.limit), left_usd: toUsdString(budget.left) }),
    },
  });
}

/** The error for a plan without candidates: about money where somebody could serve but for the money. */
export function explainNoCandidate(
  { plan, cheaper }: Pick<Call, 'plan' | 'cheaper'>,
  budget: BudgetStatus | null,
): FareboxError {
  const paused = plan.rejections.find(({ code }) => code === 'paused');
  if (paused) return explainPause(paused.detail, budget);
  const reasons = plan.rejections.filter(({ code }) => code !== 'not_requested' && code !== 'not_in_failure_path');
  // Money is looked at last: whom it leaves out, nothing else kept from serving.
  const aboutMoney = reasons.some(({ code }) => MONEY_REJECTIONS.has(code));
  const shown = decisive(reasons, aboutMoney).slice(0, 4);
  const list = shown.map(({ deployment, detail }) => `${deployment}: ${detail}`).join(' · ');
  const tooLong = !aboutMoney && reasons.some(({ code }) => code === 'context_too_small');
  const short = aboutMoney && reasons.some(({ code }) => code === 'over_budget') ? budget : null;
  const fitting = aboutMoney ? (cheaper?.(null) ?? null) : null;
  return new FareboxError(
    aboutMoney ? 'budget_exceeded' : tooLong ? 'context_length_exceeded' : 'no_candidate',
    `${short ? describeLeft(short) : ''}No model can serve this request${list ? `. ${list}` : '.'}`,
    {
      remedy: aboutMoney
        ? fitting
          ? `${describeFitting(fitting)} Or raise the cap or the budget.`
          : 'Raise the cap or the budget, ask for fewer output tokens, or enable a free or local model.'
        : tooLong
          ? 'Shorten the request, name a model with a larger context window, or ask for what can be done in parts: a summary, an extraction, or a question about the text.'
          : reasons.every(({ code }) => code === 'not_configured')
            ? 'No provider is configured: set a key such as OPENROUTER_API_KEY, or run `farebox doctor`.'
            : 'Relax what the request demands, or enable a provider whose models meet it: `farebox models` lists them.',
      details: {
        rejections: plan.rejections.map(({ deployment, code }) => ({ deployment, code })),
        ...(short && {
          budget: short.budget.id,
          limit_usd: toUsdString(short.budget.limit),
          left_usd: toUsdString(short.left),
          resets_at: short.resetsAt,
        }),
        ...fittingDetails(fitting),
      },
    },
  );
}

/** What the error lists: what money or, without that, length has decided before the rest. */
function decisive(reasons: readonly Rejection[], aboutMoney: boolean): readonly Rejection[] {
  if (aboutMoney) return reasons.filter(({ code }) => MONEY_REJECTIONS.has(code));
  const tooLong = reasons.filter(({ code }) => code === 'context_too_small');
  return tooLong.length > 0 ? tooLong : reasons;
}

function describeLeft({ budget, left, resetsAt }: BudgetStatus): string {
  const reset = resetsAt ? ` It resets at ${resetsAt}.` : '';
  // With nothing spent it is still too small, so waiting does not help.
  const never = left === budget.limit && left > 0 ? ' Such a call never fits into it.' : '';
  return `Budget ${budget.id} has ${formatUsd(left)} of ${formatUsd(budget.limit)} left.${reset}${never} `;
}
