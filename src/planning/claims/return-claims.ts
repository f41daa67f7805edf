import { fromUsd, NANO_PER_USD, type NanoUsd } from '../../domain/money.ts';
import { multiply, type Ratio, ratio, subtract } from '../ratio.ts';
import { type ReturnOnInvestment, returnOnInvestment } from '../return-on-investment.ts';
import type { Claim, ClaimWorld, Compute } from './claim.ts';
import { baseline, cost } from './figures.ts';
import { figureClaims } from './make-claim.ts';

const source = 'return on investment' as const;
const figure = figureClaims(source);

/** The two worked examples: what is invested, and the scenario (workload and mix) whose saving pays it back. */
const EXAMPLES = {
  medium: { investment: fromUsd(7000), workload: 'medium_50M_10M', mix: 'scenario3' },
  enterprise: { investment: fromUsd(20_000), workload: 'enterprise_500M_100M', mix: 'scenario4' },
} as const;
type Example = keyof typeof EXAMPLES;

/** Dollars a month. */
function monthlySavings(name: Example, world: ClaimWorld): Ratio {
  const { workload, mix } = EXAMPLES[name];
  return subtract(baseline(workload)(world), cost(mix, workload)(world));
}

function returns(name: Example, world: ClaimWorld): ReturnOnInvestment {
  const saved = multiply(monthlySavings(name, world), ratio(NANO_PER_USD));
  return returnOnInvestment(EXAMPLES[name].investment, Number(saved.numerator / saved.denominator) as NanoUsd);
}

const breakEven =
  (name: Example): Compute =>
  (world) =>
    returns(name, world).breakEvenMonths ?? ratio(0);

const at = (name: Example, months: number, world: ClaimWorld) => {
  const found = returns(name, world).horizons.find((horizon) => horizon.months === months);
  if (!found) throw new RangeError(`Returns have no horizon of ${months} months.`);
  return found;
};

const roi =
  (name: Example, months: number): Compute =>
  (world) =>
    multiply(at(name, months, world).roi ?? ratio(0), ratio(100));

const rubric = (name: Example, months: number, least: string): Claim => ({
  source,
  subject: `rubric: more than ${least}% after ${months} months; the ${name} example has`,
  claimed: least,
  unit: 'percent',
  check: { kind: 'bound', side: 'above', figure: roi(name, months), otherwise: 'fails own rubric' },
});

const budget = (subject: string, claimed: string, name: Example): Claim => ({
  source,
  subject,
  claimed,
  unit: 'usd',
  remark: 'nobody saves more a month than the month may cost',
  check: {
    kind: 'bound',
    side: 'below',
    figure: (world) => monthlySavings(name, world),
    otherwise: 'scenario mismatch',
  },
});

/** Break-even and return of the two worked examples, and the rubric that they are measured by. */
export const RETURN_CLAIMS: readonly Claim[] = [
  figure('medium: breaks even after', '24.2', 'months', breakEven('medium')),
  figure('medium: net after 36 months', '3,406.88', 'usd', (world) => ratio(at('medium', 36, world).net, NANO_PER_USD)),
  figure('medium: return after 36 months', '48.7', 'percent', roi('medium', 36)),
  budget(
    'small business, budget of $200 a month, as which the medium example is shown: saved a month',
    '200',
    'medium',
  ),
  figure('enterprise: breaks even after', '6.9', 'months', breakEven('enterprise')),
  figure('enterprise: return after 12 months', '73.7', 'percent', roi('enterprise', 12)),
  figure('enterprise: return after 24 months', '247.5', 'percent', roi('enterprise', 24)),
  budget('budget of $1,000 a month, as which the enterprise example is shown: saved a month', '1000', 'enterprise'),
  ...(['medium', 'enterprise'] as const).flatMap((name) => [
    rubric(name, 6, '0'),
    rubric(name, 12, '50'),
    rubric(name, 24, '100'),
  ]),
];
