import type { Call } from './call.ts';
import type { PipelineDeps } from './pipeline-deps.ts';

/**
 * Waits for as long as the plan says that a call must, since its budget is spent too fast, but no longer than half of
 * its deadline; rejects with the signal's reason. Nothing is held meanwhile, neither money nor a place among the calls.
 */
export async function slowDown(
  { clock }: PipelineDeps,
  { plan }: Call,
  signal: AbortSignal,
  deadlineMs: number,
): Promise<void> {
  if (plan.pauseMs !== undefined) await clock.sleep(Math.min(plan.pauseMs, deadlineMs / 2), signal);
}
