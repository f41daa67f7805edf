import { type NanoUsd, sumUsd } from '../domain/money.ts';
import { costOf, type Price, ratesFor } from '../domain/price.ts';
import { DAYS_PER_MONTH, toNano } from './amounts.ts';
import type { Mix } from './mix.ts';
import { divide, multiply, type Ratio, ratio, sum, toNumber, toRatio, ZERO } from './ratio.ts';
import type { ModelUsage, UsageSums } from './usage-logs/usage-sums.ts';

/** What a usage log costs on the models that it names, and what the same tokens would cost on each profile. */
export interface MigrationPlan {
  /** Days that the log covers, at least one; null where it has no times, so that nothing can be said of a month. */
  readonly days: number | null;
  readonly baseline: {
    readonly lines: readonly BaselineLine[];
    /** Of the models of known price, at list prices. */
    readonly cost: NanoUsd;
    /** What the logs say was paid for them; null where they do not say it of all. */
    readonly paid: NanoUsd | null;
    readonly monthly: NanoUsd | null;
    readonly quality: number | null;
  };
  readonly profiles: readonly ProfileCost[];
  readonly suggestion: { readonly profile: string; readonly reason: string } | null;
  /** Four weeks, from watching to all of the traffic; empty where there is no suggestion, or no time in the log. */
  readonly rollout: readonly RolloutWeek[];
}

export interface BaselineLine extends ModelUsage {
  /** Tokens × list price; null where nobody knows the price: such a model is left out of every sum. */
  readonly computed: NanoUsd | null;
}

export interface ProfileCost {
  readonly profile: string;
  /** For the whole log; null with a reason where it cannot be said. */
  readonly cost: NanoUsd | null;
  readonly reason: string | null;
  readonly monthly: NanoUsd | null;
  readonly saved: NanoUsd | null;
  /** saved / baseline. */
  readonly savedShare: number | null;
  /** Blended by share, 0 to 100. */
  readonly quality: number | null;
}

export interface RolloutWeek {
  readonly week: 1 | 2 | 3 | 4;
  /** The part of the conversations that farebox routes, 0 to 1. */
  readonly share: number;
  readonly expectedCost: NanoUsd;
  readonly expectedSaving: NanoUsd;
}

export interface MigrationQuestion {
  readonly sums: UsageSums;
  readonly priceOf: (model: string) => Price | null;
  /** 0 to 100; null where nobody has measured it. */
  readonly qualityOf: (model: string) => number | null;
  readonly mixes: readonly Mix[];
  /** The least blended quality that a suggested profile may have, 0 to 100. */
  readonly minQuality: number;
  /** A profile that is to be taken whatever the rule says. */
  readonly chosen?: string;
}

export const ROLLOUT_SHARES = [0, 0.1, 0.5, 1] as const;
const DAY_MS = 86_400_000;

/**
 * Prices the same tokens, bucket by bucket, on every mix. A model without a price for cached tokens is charged its full
 * input price for them; nothing is assumed of longer or shorter answers.
 */
export function planMigration(question: MigrationQuestion): MigrationPlan {
  const { sums, mixes, minQuality } = question;
  const lines = sums.models.map((used) => ({ ...used, computed: costOfModel(question.priceOf(used.model), used) }));
  const priced = lines.filter((line) => line.computed !== null);
  const cost = sumUsd(priced.map(({ computed }) => computed as NanoUsd));
  const days = sums.from === null || sums.to === null ? null : Math.max(1, (sums.to - sums.from) / DAY_MS);
  const monthly = (amount: NanoUsd | null) =>
    days === null || amount === null ? null : perDays(amount, days, DAYS_PER_MONTH);
  const profiles = mixes.map((mix) => {
    const line = costOfMix(mix, priced, days);
    return { ...line, monthly: monthly(line.cost), ...savingOf(cost, line.cost) };
  });
  const suggestion = suggest(profiles, cost, minQuality, question.chosen);
  const suggested = profiles.find(({ profile }) => profile === suggestion?.profile);
  return {
    days,
    baseline: {
      ...{ lines, cost, monthly: monthly(cost) },
      paid: priced.some((line) => line.cost === null) ? null : sumUsd(priced.map((line) => line.cost as NanoUsd)),
      quality: blendedQuality(priced, question.qualityOf),
    },
    profiles,
    suggestion,
    rollout: days === null || suggested?.cost == null ? [] : rolloutWeeks(cost, suggested.cost, days),
  };
}

/** At the rates that hold for a request of average size. */
function costOfModel(price: Price | null, { usage, requests }: ModelUsage): NanoUsd | null {
  if (price === null || (requests === null && price.perRequest > 0)) return null;
  const average = requests === null || requests === 0 ? 0 : usage.inputTokens / requests;
  const tokens = costOf({ ...price, rates: ratesFor(price, average), tiers: [], perRequest: 0 as NanoUsd }, usage);
  return toNano(ratio(BigInt(tokens) + BigInt(price.perRequest) * BigInt(requests ?? 0)), 'cost of the log');
}

function costOfMix(
  mix: Mix,
  used: readonly ModelUsage[],
  days: number | null,
): Pick<ProfileCost, 'profile' | 'cost' | 'reason' | 'quality'> {
  const [profile, quality] = [mix.name, mixQuality(mix)];
  let total: Ratio = ZERO;
  for (const part of mix.parts) {
    const cost = costOfPart(part, used, days);
    if (typeof cost === 'string') return { profile, cost: null, reason: cost, quality };
    total = sum([total, cost]);
  }
  return { profile, cost: toNano(total, `cost of ${profile}`), reason: null, quality };
}

/** What a part of a mix costs for the whole log, in nano-dollars; or why that cannot be said. */
function costOfPart(
  { offer: { name, price }, share }: Mix['parts'][number],
  used: readonly ModelUsage[],
  days: number | null,
): Ratio | string {
  switch (price.kind) {
    case 'usage':
      return costByUse(name, price.price, used, share);
    case 'flat': {
      if (days === null) return `${name} costs a fee a month, and the log has no times`;
      // The fee is paid whatever share of the work it gets; what a call adds to it, by that share.
      const fee = multiply(ratio(price.monthly, DAYS_PER_MONTH), toRatio(days));
      const beside = price.beside ? costByUse(name, price.beside, used, share) : ZERO;
      return typeof beside === 'string' ? beside : sum([fee, beside]);
    }
    case 'gpu':
      return `${name} is paid by the hour, and the log does not tell how long its requests would keep it busy: see calc --offer`;
    case 'quota':
      return `${name} has a free quota a day, which the log cannot be measured against: see calc --offer`;
  }
}

function costByUse(name: string, price: Price, used: readonly ModelUsage[], share: Ratio): Ratio | string {
  let total: Ratio = ZERO;
  for (const each of used) {
    const cost = costOfModel(price, each);
    if (cost === null) return `${name} has a price by request, and the log does not count them`;
    total = sum([total, multiply(ratio(cost), share)]);
  }
  return total;
}

function savingOf(baseline: NanoUsd, cost: NanoUsd | null): Pick<ProfileCost, 'saved' | 'savedShare'> {
  if (cost === null) return { saved: null, savedShare: null };
  const saved = (baseline - cost) as NanoUsd;
  return { saved, savedShare: baseline === 0 ? null : saved / baseline };
}

function suggest(
  profiles: readonly ProfileCost[],
  baseline: NanoUsd,
  minQuality: number,
  chosen: string | undefined,
): MigrationPlan['suggestion'] {
  if (chosen !== undefined) {
    return profiles.some(({ profile }) => profile === chosen) ? { profile: chosen, reason: 'as you asked' } : null;
  }
  const cheaper = profiles.filter(({ cost }) => cost !== null && cost < baseline);
  const good = cheaper.filter(({ quality }) => quality !== null && quality >= minQuality);
  const best = good.reduce<ProfileCost | null>(
    (least, each) => (least === null || Number(each.cost) < Number(least.cost) ? each : least),
    null,
  );
  if (!best) return null;
  return {
    profile: best.profile,
    reason: `the cheapest whose blended quality (${best.quality?.toFixed(1)}) is at least ${minQuality}`,
  };
}

function rolloutWeeks(baseline: NanoUsd, cost: NanoUsd, days: number): readonly RolloutWeek[] {
  const [before, after] = [perDays(baseline, days, 7), perDays(cost, days, 7)];
  return ROLLOUT_SHARES.map((share, index) => {
    const part = toRatio(share);
    const saving = toNano(multiply(ratio(before - after), part), 'saving of a week');
    return {
      week: (index + 1) as RolloutWeek['week'],
      share,
      expectedCost: (before - saving) as NanoUsd,
      expectedSaving: saving,
    };
  });
}

/** An amount of so many days as one of another number of days. */
function perDays(amount: NanoUsd, days: number, wanted: number): NanoUsd {
  const daily = divide(ratio(amount), toRatio(days)) ?? ZERO;
  return toNano(multiply(daily, ratio(wanted)), 'amount of the month');
}

function mixQuality({ parts }: Mix): number | null {
  let quality: Ratio = ZERO;
  for (const { offer, share } of parts) {
    if (offer.quality === null) return null;
    quality = sum([quality, multiply(toRatio(offer.quality), share)]);
  }
  return toNumber(quality);
}

/** By output tokens, since they are what a model's quality is seen in; null where one of the models has no score. */
function blendedQuality(used: readonly ModelUsage[], qualityOf: MigrationQuestion['qualityOf']): number | null {
  const output = used.reduce((total, { usage }) => total + usage.outputTokens, 0);
  if (output === 0) return null;
  let total = 0;
  for (const { model, usage } of used) {
    const quality = qualityOf(model);
    if (quality === null) return null;
    total += (quality * usage.outputTokens) / output;
  }
  return total;
}
