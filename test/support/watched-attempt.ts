import type { Deployment } from '../../src/domain/deployment.ts';
import type { TokenUsage } from '../../src/domain/usage.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';
import type { WatchedAttempt } from '../../src/pipeline/watchers/attempt-observer.ts';
import type { AttemptClosing } from '../../src/spend/ledger.ts';
import { providerCall } from './provider-call.ts';

export interface WatchedParts {
  readonly deployment?: Partial<Deployment>;
  readonly tokens?: number;
  /** Those that the plan has behind it. */
  readonly later?: readonly Deployment[];
  readonly onRateLimit?: boolean;
}

/** An attempt as observers and limits see it; what they do not look at is left out. */
export function watchedAttempt({ deployment = {}, tokens = 100, later = [], onRateLimit = true }: WatchedParts = {}) {
  const call = providerCall({}, deployment);
  const candidate = { deployment: call.deployment, maxOutputTokens: tokens };
  const candidates = [candidate, ...later.map((other) => ({ deployment: other, maxOutputTokens: tokens }))];
  return {
    candidate,
    tokens,
    call: {
      request: call.request,
      plan: { candidates, rejections: [] },
      profile: { routing: { fallbackRules: { onRateLimit } } },
    },
  } as unknown as WatchedAttempt;
}

/** How an attempt closed that used so many tokens. */
export function closingOf(tokens: number): AttemptClosing {
  const usage: TokenUsage = normalizeUsage({ inputTokens: tokens, outputTokens: 0 });
  return { usage } as unknown as AttemptClosing;
}
