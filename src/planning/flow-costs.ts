import { fromUsd, type NanoUsd } from '../domain/money.ts';
import { DAYS_PER_MONTH, toNano } from './amounts.ts';
import { multiply, type Ratio, ratio, sum, toRatio } from './ratio.ts';

/** A way in which a query is served in front of a knowledge base, with its cost class. */
export interface Flow {
  readonly name: string;
  /** Seconds, from and to. */
  readonly latency: readonly [number, number];
  /** A query, from and to. */
  readonly cost: readonly [NanoUsd, NanoUsd];
  /** Tools that it calls; `∥` side by side, `→` one after the other. */
  readonly tools: string;
}

const once = (usd: number): Flow['cost'] => [fromUsd(usd), fromUsd(usd)];

export const FLOWS: readonly Flow[] = [
  { name: 'knowledge', latency: [1, 2], cost: once(0), tools: 'none' },
  {
    name: 'business logic and knowledge',
    latency: [2, 3],
    cost: once(0),
    tools: 'kbli.lookup, pricing.official (in memory)',
  },
  { name: 'workspace', latency: [3, 4], cost: once(0.003), tools: 'calendar.list ∥ gmail.send' },
  { name: 'local search', latency: [3, 5], cost: once(0.015), tools: 'maps.places' },
  { name: 'several channels', latency: [4, 5], cost: once(0.02), tools: 'calendar.list → whatsapp.send' },
  {
    name: 'memory and context',
    latency: [2, 3],
    cost: [fromUsd(0), fromUsd(0.001)],
    tools: 'memory.search.hybrid',
  },
  { name: 'complex, four tools and more', latency: [5, 6], cost: once(0.03), tools: 'in parallel' },
];

/** How queries are spread over cost classes: per class its share of the queries (0 to 1) and the cost of a query. */
export interface FlowMix {
  readonly name: string;
  readonly classes: readonly { readonly name: string; readonly share: number; readonly cost: NanoUsd }[];
}

export const DIARY_MIX: FlowMix = {
  name: 'diary',
  classes: [
    { name: 'knowledge', share: 0.7, cost: fromUsd(0) },
    { name: 'one_tool', share: 0.2, cost: fromUsd(0.003) },
    { name: 'multi_tool', share: 0.08, cost: fromUsd(0.009) },
    { name: 'complex', share: 0.02, cost: fromUsd(0.015) },
  ],
};

export const HANDOVER_MIX: FlowMix = {
  name: 'handover',
  classes: [
    { name: 'knowledge', share: 0.7, cost: fromUsd(0) },
    { name: 'single_tool', share: 0.2, cost: fromUsd(0.001) },
    { name: 'google_workspace', share: 0.05, cost: fromUsd(0.003) },
    { name: 'complex', share: 0.05, cost: fromUsd(0.03) },
  ],
};

/** Nano-dollars that a query costs on average, exact. */
export function blendedQueryCost({ classes }: FlowMix): Ratio {
  return sum(classes.map(({ share, cost }) => multiply(toRatio(share), ratio(cost))));
}

/** What so many queries a day cost in a month, rounded up once. Throws `invalid_amount` beyond 9 million dollars. */
export function monthlyFlowCost(mix: FlowMix, queriesPerDay: number): NanoUsd {
  return toNano(
    multiply(blendedQueryCost(mix), ratio(BigInt(queriesPerDay) * BigInt(DAYS_PER_MONTH))),
    'cost of a month',
  );
}
