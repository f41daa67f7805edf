import type { CompletionOutcome } from '../../domain/completion-outcome.ts';
import type { CompletionRequest } from '../../domain/completion-request.ts';
import type { FailureKind } from '../../domain/failure.ts';
import type { RolloutArm } from '../../domain/rollout.ts';
import type { Clock } from '../../lib/clock.ts';
import { createConversationReader } from '../../routing/conversation.ts';
import { rolloutArm } from '../../routing/rollout-arm.ts';
import { judgeRollout } from '../../spend/judge-rollout.ts';
import type { RolloutBook } from '../../spend/rollout-book.ts';
import type { Log } from '../../telemetry/log.ts';

/** Which part of a rollout a call belongs to, and what that means for it. */
export interface RolloutPlace {
  readonly rolloutId: number;
  readonly arm: RolloutArm;
  /** What to plan with in place of the default profile. */
  readonly target: { readonly profile: string } | { readonly model: string };
}

/** Sends conversations to one arm of the rollout or the other, counts what becomes of them, and goes back by itself. */
export interface RolloutKeeper {
  /** null: no rollout runs, or the request says itself who should serve it. */
  place(request: CompletionRequest): RolloutPlace | null;
  ended(place: RolloutPlace, outcome: CompletionOutcome): void;
}

/** The figures are looked at once in so many calls of a process. */
const JUDGE_EVERY = 5;
const NOT_GOOD_ENOUGH: ReadonlySet<FailureKind | null> = new Set<FailureKind | null>([
  'check_failed',
  'invalid_answer',
  'empty_answer',
]);

export function createRolloutKeeper(book: RolloutBook, clock: Clock, log: Log): RolloutKeeper {
  const readConversation = createConversationReader();
  let calls = 0;

  function judge(): void {
    const rollout = book.running();
    if (!rollout) return;
    const verdict = judgeRollout({ rollout, ...book.figures(rollout.id), now: clock.now() });
    if (verdict.type === 'step' && book.step(rollout.id, verdict.share)) {
      log.warn(`rollout to ${rollout.profile}: ${verdict.share * 100} % of the conversations from now on`);
    }
    if (verdict.type === 'roll_back' && book.end(rollout.id, 'rolled_back', verdict.reason)) {
      log.warn(`rollout to ${rollout.profile} rolled back: ${verdict.reason}`);
    }
  }

  return {
    place(request) {
      const { constraints, attribution, threadId } = request;
      const isOpen = constraints.profile === undefined && (constraints.model ?? 'auto') === 'auto';
      const rollout = isOpen && request.purpose === undefined ? book.running() : null;
      if (!rollout) return null;
      const conversation = threadId ?? attribution.sessionId ?? String(readConversation(request).id);
      const arm = rolloutArm(rollout, conversation);
      const target = arm === 'profile' ? { profile: rollout.profile } : { model: rollout.baselineModel };
      return { rolloutId: rollout.id, arm, target };
    },
    ended({ rolloutId, arm }, { status, attempts, cost, cache }) {
      // Nobody's fault, or nothing that a model did.
      if (status === 'cancelled' || status === 'refused' || cache === 'hit' || cache === 'shared') return;
      book.add(rolloutId, arm, {
        failed: status !== 'complete',
        rejected: attempts.some(({ failure }) => NOT_GOOD_ENOUGH.has(failure)),
        cost: cost.amount,
      });
      if (++calls % JUDGE_EVERY === 0) judge();
    },
  };
}
