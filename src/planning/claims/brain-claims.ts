import { NANO_PER_USD } from '../../domain/money.ts';
import { BRAIN_GPU } from '../deployment-options.ts';
import { blendedQueryCost, DIARY_MIX, type FlowMix, HANDOVER_MIX } from '../flow-costs.ts';
import { costOfOffer } from '../offer-cost.ts';
import { divide, multiply, ONE, type Ratio, ratio, subtract, sum } from '../ratio.ts';
import type { Claim, Compute } from './claim.ts';
import { monthOf, percentSaved, workloadNamed } from './figures.ts';
import { because, figureClaims, given } from './make-claim.ts';

const source = 'local brain' as const;
const figure = figureClaims(source);
const none = (subject: string, claimed: string, unit: Claim['unit'], remark: string): Claim => ({
  source,
  subject,
  claimed,
  unit,
  remark,
  check: { kind: 'none' },
});

const queriesAt = (perDay: string, usd: string) => multiply(given(perDay), given(usd));

const flows =
  (mix: FlowMix, perDay: number): Compute =>
  () =>
    monthOf(multiply(blendedQueryCost(mix), ratio(perDay, NANO_PER_USD)));

const saved =
  (option: 0 | 1 | 2): Compute =>
  ({ options }) =>
    subtract(options.current, options.monthly[option]);

const payback =
  (option: 0 | 1 | 2): Compute =>
  (world) =>
    divide(monthOf(world.options.investment), saved(option)(world)) ?? ratio(0);

/** Hours × dollars an hour, by the same function that plans with rented GPUs. */
const gpuMonth: Compute = () => {
  const { hours, hourly } = BRAIN_GPU;
  const offer = { name: 'GPU', price: { kind: 'gpu', hourly, use: { hours } }, quality: null } as const;
  const cost = costOfOffer(offer, workloadNamed('unit_1M_0.2M'), ONE);
  return cost.kind === 'cost' ? multiply(cost.fixed, ratio(1, NANO_PER_USD)) : ratio(0);
};

const gpu: readonly Claim[] = [
  figure('255 GPU hours at $3.50: a month', '30', 'usd', gpuMonth, [
    because('wrong', 'it is $0.001 a request, 1,000 a day, with no GPU hour in it', () =>
      monthOf(queriesAt('1000', '0.001')),
    ),
  ]),
  {
    source,
    subject: '$0.001 a request at the 1,500 requests a day of the other table: a month',
    claimed: '30',
    unit: 'usd',
    check: { kind: 'any', figures: () => [monthOf(queriesAt('1500', '0.001'))], otherwise: 'inconsistent' },
  },
];

const before: readonly Claim[] = [
  figure('1,500 queries at $0.08: a day', '123.75', 'usd', () => queriesAt('1500', '0.08')),
  figure('$123.75 a day: a month', '450', 'usd', () => monthOf(given('123.75'))),
  figure('a query, if 1,500 a day cost $450 a month', '0.08', 'usd', () => {
    const queries = monthOf(given('1500'));
    return divide(given('450'), queries) ?? ratio(0);
  }),
  figure('a query, from $0.08 to $0.001: saved', '98', 'percent', () => percentSaved(given('0.001'), given('0.08')), [
    because('rounding', 'it was cut off, not rounded', () => floor(percentSaved(given('0.001'), given('0.08')))),
  ]),
];

function floor({ numerator, denominator }: Ratio): Ratio {
  return ratio(numerator / denominator);
}

const options: readonly Claim[] = [
  figure('hybrid: saved a month', '372', 'usd', saved(2), [because('wrong', 'it is the saving of option 2', saved(1))]),
  figure('option 2: $20 are back after', '1.61', 'days', payback(1)),
  figure('hybrid: $20 are back after', '1.64', 'days', payback(2)),
];

const flowCosts: readonly Claim[] = [
  figure('external calls, 1,000 queries a day, diary mix: a month', '48.60', 'usd', flows(DIARY_MIX, 1000)),
  figure('external calls, 1,000 queries a day, handover mix: a month', '48.60', 'usd', flows(HANDOVER_MIX, 1000), [
    because('mix conflict', 'it is the figure of the diary mix', flows(DIARY_MIX, 1000)),
  ]),
  figure('external calls, 1,500 queries a day, handover mix: a month', '48.60', 'usd', flows(HANDOVER_MIX, 1500), [
    because('mix conflict', 'it is the figure of the diary mix at 1,000 a day', flows(DIARY_MIX, 1000)),
  ]),
];

const rest: readonly Claim[] = [
  figure('latency, from 2.8 to 1.5 s: saved', '45', 'percent', () => percentSaved(given('1.5'), given('2.8'))),
  figure("latency, by the middles of the table's spans: saved", '45', 'percent', () =>
    percentSaved(given('1.23'), given('2.93')),
  ),
  figure('memory: knowledge, history, team, pricing, law', '3570000', 'tokens', () =>
    sum(['500000', '1000000', '50000', '20000', '2000000'].map(given)),
  ),
  none(
    'handlers in all categories',
    '107',
    'count',
    'the counts by category are not in the facts; they are said to add up to 117',
  ),
];

/** What the papers on the local brain say of its options, flows and hosting. */
export const BRAIN_CLAIMS: readonly Claim[] = [...before, ...gpu, ...options, ...flowCosts, ...rest];
