import { usdPair } from '../pipeline/views/describe-money.ts';
import type { AuditedClaim } from '../planning/claims/claim.ts';
import type { CostLine } from '../planning/cost-line.ts';
import type { OptionReport } from '../planning/deployment-options.ts';
import { blendedQueryCost, type Flow, type FlowMix, monthlyFlowCost } from '../planning/flow-costs.ts';
import type { PlannedWorkload, TemplateReport } from '../planning/plan-costs.ts';
import { multiply, type Ratio, ratio, toNumber } from '../planning/ratio.ts';
import type { ReturnOnInvestment } from '../planning/return-on-investment.ts';

const PER_NANO = ratio(1, 1_000_000_000);

function percentOf(share: Ratio | null): number | null {
  return share && toNumber(multiply(share, ratio(100)));
}

/** Exact nano-dollars, perhaps with a fraction, as dollars. */
function dollarsOf(nano: Ratio | null): number | null {
  return nano && toNumber(multiply(nano, PER_NANO));
}

function numberOf(value: Ratio | null): number | null {
  return value && toNumber(value);
}

/** A planned workload as JSON: amounts in dollars and exact nano-dollars, percentages unrounded. */
export function describeWorkload({ workload, baseline, lines }: PlannedWorkload) {
  return {
    workload: workload.name,
    input_tokens: workload.inputTokens,
    output_tokens: workload.outputTokens,
    requests: workload.requests,
    baseline: { model: baseline.name, ...usdPair('cost', baseline.cost) },
    lines: lines.map(({ kind, line }) => ({ kind, ...describeLine(line) })),
  };
}

function describeLine(line: CostLine) {
  return {
    name: line.mix.name,
    shares: Object.fromEntries(line.mix.parts.map(({ offer, share }) => [offer.name, toNumber(share)])),
    ...usdPair('cost', line.cost),
    ...usdPair('fixed', line.fixed),
    unknown_because: line.reason,
    ...usdPair('saved', line.saved),
    saved_percent: percentOf(line.savedShare),
    ...usdPair('annual_savings', line.annualSavings),
    cost_ratio: numberOf(line.costRatio),
    per_million_tokens_usd: dollarsOf(line.perMillionTokens),
    per_request_usd: dollarsOf(line.perRequest),
    marginal_per_request_usd: dollarsOf(line.marginalPerRequest),
    quality: numberOf(line.quality),
    per_quality_point_usd: dollarsOf(line.perQualityPoint),
  };
}

export function describeTemplate({ template, workload, line, left }: TemplateReport) {
  return {
    template: template.name,
    profile: template.profile,
    workload: workload.name,
    input_tokens: workload.inputTokens,
    output_tokens: workload.outputTokens,
    ...usdPair('monthly_budget', template.monthlyBudget),
    ...describeLine(line),
    ...usdPair('left', left),
  };
}

export function describeReturn(roi: ReturnOnInvestment) {
  return {
    ...usdPair('investment', roi.investment),
    ...usdPair('monthly_savings', roi.monthlySavings),
    breaks_even: roi.breakEvenMonths !== null,
    break_even_months: numberOf(roi.breakEvenMonths),
    payback_days: numberOf(roi.paybackDays),
    horizons: roi.horizons.map(({ months, net, roi: share }) => ({
      months,
      ...usdPair('net', net),
      roi_percent: percentOf(share),
    })),
  };
}

export function describeOption({ option, saved, savedShare, annualSavings, roi }: OptionReport) {
  return {
    option: option.name,
    served: option.served,
    ...usdPair('monthly', option.monthly),
    ...usdPair('saved', saved),
    saved_percent: percentOf(savedShare),
    ...usdPair('annual_savings', annualSavings),
    return: describeReturn(roi),
  };
}

export function describeClaim({ claim, recomputed, verdict, why }: AuditedClaim) {
  const figures = typeof recomputed === 'string' ? [recomputed] : recomputed.map(toNumber);
  return {
    source: claim.source,
    subject: claim.subject,
    unit: claim.unit,
    claimed: claim.unit === 'name' ? claim.claimed : Number(claim.claimed.replaceAll(',', '')),
    recomputed: figures[0] ?? null,
    ...(figures.length > 1 && { recomputed_to: figures[1] }),
    verdict,
    why,
  };
}

export function describeFlow({ name, latency, cost: [least, most], tools }: Flow) {
  return { flow: name, latency_s: latency, ...usdPair('cost_least', least), ...usdPair('cost_most', most), tools };
}

export function describeFlowMix(mix: FlowMix, rates: readonly number[]) {
  return {
    mix: mix.name,
    shares: Object.fromEntries(mix.classes.map(({ name, share }) => [name, share])),
    per_query_usd: dollarsOf(blendedQueryCost(mix)),
    monthly: rates.map((rate) => ({ queries_per_day: rate, ...usdPair('cost', monthlyFlowCost(mix, rate)) })),
  };
}
