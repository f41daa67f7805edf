import { NANO_PER_USD } from '../../domain/money.ts';
import { requireOffer } from '../document-prices.ts';
import { multiply, type Ratio, ratio, sum, toFixed } from '../ratio.ts';
import type { Claim, ClaimWorld } from './claim.ts';
import { percentSaved } from './figures.ts';
import { figureClaims, given } from './make-claim.ts';

const source = 'roles and swarms' as const;
const figure = figureClaims(source);

const worked = (name: string, cost: string, before: string, claimed: string): Claim =>
  figure(`${name}, $${cost} against $${before}: saved`, claimed, 'percent', () =>
    percentSaved(given(cost), given(before)),
  );

/** Dollars per million tokens that a worked example implies, which must lie between the prices of input and output. */
const unitPrice = (tokens: string, usd: string): Claim => ({
  source,
  subject: `${tokens} tokens for $${usd}: a million (Sonnet costs from … to)`,
  claimed: toFixed(multiply(given(usd), ratio(1_000_000, Number(tokens))), 2).replace(/\.00$/, ''),
  unit: 'usd',
  check: { kind: 'range', range: sonnetPrices, otherwise: 'cannot follow' },
});

function sonnetPrices({ offers }: ClaimWorld): readonly [Ratio, Ratio] {
  const { price } = requireOffer(offers, 'anthropic/claude-3.5-sonnet');
  const rates = price.kind === 'usage' ? price.price.rates : { input: 0, output: 0 };
  return [ratio(rates.input, NANO_PER_USD), ratio(rates.output, NANO_PER_USD)];
}

const millions = (tokens: string, usd: string): Ratio => multiply(given(tokens), given(usd));

/** What the old and the new team cost a month, in dollars, from and to. */
const OLD: readonly [Ratio, Ratio] = [millions('13', '15'), millions('66', '3')];
const NEW: readonly [Ratio, Ratio] = [
  sum([millions('20', '3'), given('200'), given('10')]),
  sum([millions('20', '3'), given('500'), given('20')]),
];

const monthly: readonly Claim[] = [
  ...['70', '90'].map(
    (claimed): Claim => ({
      source,
      subject: `new team against old team: saves ${claimed}% a month`,
      claimed,
      unit: 'percent',
      remark: 'the month gets dearer; it holds for single tasks only',
      check: {
        kind: 'range',
        range: () => [percentSaved(NEW[1], OLD[0]), percentSaved(NEW[0], OLD[1])],
        otherwise: 'cannot follow',
      },
    }),
  ),
];

/** What the papers on roles and swarms say that tasks and months cost. */
export const ROLE_CLAIMS: readonly Claim[] = [
  worked('worked example', '0.18', '1.20', '85'),
  worked('worked example', '0.90', '4.50', '80'),
  worked('four steps', '0.06', '0.50', '88'),
  unitPrice('40000', '1.20'),
  unitPrice('3000', '0.05'),
  ...monthly,
  {
    source,
    subject: 'tokens of Claude in the worked examples (10K, 35K)',
    claimed: '10000',
    unit: 'tokens',
    remark: 'they are said to include tokens of Gemini; how many is not in the facts',
    check: { kind: 'none' },
  },
  figure('tools of the four servers (finance, serena, chrome, context7)', '66', 'count', () =>
    sum(['15', '23', '26', '2'].map(given)),
  ),
];
