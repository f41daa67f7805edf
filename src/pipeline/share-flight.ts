import type { Cost } from '../domain/completion-outcome.ts';
import { type NanoUsd, nano } from '../domain/money.ts';
import { type Price, ratesFor } from '../domain/price.ts';
import { normalizeUsage, type TokenUsage } from '../domain/usage.ts';
import { divideTogether, shareOut } from '../lib/share-out.ts';
import { settleCost } from '../spend/settle-cost.ts';

/** What one request for embeddings used and cost. */
export interface FlightBill {
  readonly price: Price | null;
  readonly usage: TokenUsage;
  readonly reportedCost: NanoUsd | null;
}

export interface BillShare {
  readonly usage: TokenUsage;
  readonly reportedCost: NanoUsd | null;
  readonly cost: Cost;
}

const PER_MILLION = 1_000_000n;

/**
 * The bill of one request divided among those whose texts it carried, so that the shares add up to the bill to the token
 * and nano-dollar. `weights`: bytes of each one's texts. Nobody's share of tokens exceeds his bytes as long as the whole
 * does not, and nobody pays more than the same tokens would cost alone; so what was held for him covers it.
 */
export function shareBill(
  { price, usage, reportedCost }: FlightBill,
  weights: readonly number[],
): readonly BillShare[] {
  const tokens = shareOut(usage.inputTokens, weights);
  const usages = tokens.map((inputTokens) => normalizeUsage({ inputTokens, cacheReadTokens: 0, outputTokens: 0 }));
  const whole = settleCost({ price, usage, reportedCost, estimated: false });
  const reported = reportedCost === null ? null : shareOut(reportedCost, tokens);
  const amounts = whole.source === 'provider' ? reported : price && computedShares(price, usage, tokens);
  return usages.map((each, index) => ({
    usage: each,
    reportedCost: reported ? nano(reported[index] ?? 0) : null,
    cost: whole.amount === null ? whole : { amount: nano(amounts?.[index] ?? 0), source: whole.source },
  }));
}

/** Texts are read once and written into no cache, so that all their tokens have one rate. */
function computedShares(price: Price, usage: TokenUsage, tokens: readonly number[]): readonly number[] {
  const rate = BigInt(ratesFor(price, usage.inputTokens).input);
  const byTokens = divideTogether(
    tokens.map((each) => BigInt(each) * rate),
    PER_MILLION,
  );
  const perRequest = shareOut(price.perRequest, tokens);
  return byTokens.map((amount, index) => amount + (perRequest[index] ?? 0));
}
