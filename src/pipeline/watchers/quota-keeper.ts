import type { Deployment, DeploymentId } from '../../domain/deployment.ts';
import { ProviderFailure } from '../../domain/failure.ts';
import { ZERO_USD } from '../../domain/money.ts';
import type { Price } from '../../domain/price.ts';
import type { QuotaLeft } from '../../domain/snapshot.ts';
import { isoTime } from '../../lib/clock.ts';
import { upperBound } from '../../routing/token-bounds.ts';
import type { NamedQuota, QuotaBook, QuotaTicket } from '../../spend/quota-book.ts';
import type { AttemptObserver, WatchedAttempt } from './attempt-observer.ts';

/** How an attempt is paid for. */
export type Funding =
  /** By the provider's free quota; `giveBack` where it is not sent after all. */
  | { readonly type: 'free'; readonly price: Price; giveBack(): void }
  /** As usual. `beyondQuota`: with money that a free quota would have saved, had it not been used up. */
  | { readonly type: 'paid'; readonly beyondQuota: boolean }
  | { readonly type: 'none'; readonly failure: ProviderFailure };

/** Uses up what providers give away before anything is paid. Which attempt is free is decided once, just before it. */
export interface QuotaKeeper extends AttemptObserver {
  fund(attempt: WatchedAttempt): Funding;
  /** What is left today, for deployments with a free quota. */
  left(deployments: readonly Deployment[]): ReadonlyMap<DeploymentId, QuotaLeft>;
}

/** The price of what a quota gives away; the ledger's rows point to it. */
export const FREE_QUOTA_PRICE: Price = {
  rates: { input: 0, output: 0, cacheRead: null, cacheWrite5m: null, cacheWrite1h: null },
  tiers: [],
  perRequest: ZERO_USD,
  source: 'free-quota',
  asOf: null,
};

const PAID: Funding = { type: 'paid', beyondQuota: false };
const BEYOND_QUOTA: Funding = { type: 'paid', beyondQuota: true };
const NOTHING_LEFT: ReadonlyMap<DeploymentId, QuotaLeft> = new Map();

export function createQuotaKeeper(book: QuotaBook): QuotaKeeper {
  const tickets = new WeakMap<WatchedAttempt, { readonly ticket: QuotaTicket; sent: boolean }>();

  return {
    fund(attempt) {
      const { candidate, call } = attempt;
      const named = namedQuota(candidate.deployment);
      if (!named) return standsIn(attempt) ? BEYOND_QUOTA : PAID;
      const ticket = book.take(named, upperBound(call.request) + candidate.maxOutputTokens);
      if (ticket) {
        tickets.set(attempt, { ticket, sent: false });
        const giveBack = () => {
          if (tickets.get(attempt)?.sent !== false) return;
          tickets.delete(attempt);
          book.cancel(ticket);
        };
        return { type: 'free', price: FREE_QUOTA_PRICE, giveBack };
      }
      const mayPay = named.quota.thenPaid && (candidate.freeQuota?.orPaid ?? true);
      return mayPay ? BEYOND_QUOTA : { type: 'none', failure: usedUp(candidate.deployment, book.left(named)) };
    },
    started(attempt) {
      const taken = tickets.get(attempt);
      if (taken) taken.sent = true;
    },
    ended(attempt, _ending, { usage }) {
      const taken = tickets.get(attempt);
      if (!taken) return;
      tickets.delete(attempt);
      book.settle(taken.ticket, usage ? usage.inputTokens + usage.outputTokens : 0);
    },
    left(deployments) {
      let left: Map<DeploymentId, QuotaLeft> | undefined;
      for (const deployment of deployments) {
        const named = namedQuota(deployment);
        if (!named) continue;
        left ??= new Map();
        left.set(deployment.id, book.left(named));
      }
      return left ?? NOTHING_LEFT;
    },
  };
}

/** The count is that of the deployment, or that of its provider with this key. */
export function namedQuota({ id, provider, key, freeQuota }: Deployment): NamedQuota | null {
  if (!freeQuota) return null;
  const account = key === undefined ? provider : `${provider}#${key}`;
  return { id: freeQuota.shared ? account : id, quota: freeQuota };
}

/** Another deployment of the same model would have served for free, and its quota is used up. */
function standsIn({ call: { plan }, candidate }: WatchedAttempt): boolean {
  const sameModel = `/${candidate.deployment.model}`;
  return plan.rejections.some(({ code, deployment }) => code === 'quota_used_up' && deployment.endsWith(sameModel));
}

function usedUp(deployment: Deployment, { resetsAt }: QuotaLeft): ProviderFailure {
  const message = `not sent: the free quota of today has no room for it, and it may not be paid; it begins anew at ${isoTime(resetsAt)}`;
  return new ProviderFailure('rate_limited', deployment.id, message);
}
