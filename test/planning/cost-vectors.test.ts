import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { fromUsd, NANO_PER_USD, type NanoUsd } from '../../src/domain/money.ts';
import { baselineCost, type CostLine, costLine } from '../../src/planning/cost-line.ts';
import { CURRENT_MONTHLY, DEPLOYMENT_OPTIONS, reportOption } from '../../src/planning/deployment-options.ts';
import { DOCUMENT_BREAKDOWNS, DOCUMENT_MIXES, mixOf, TEMPLATES } from '../../src/planning/document-mixes.ts';
import { DOCUMENT_BASELINE, DOCUMENT_OFFERS, requireOffer } from '../../src/planning/document-prices.ts';
import { blendedQueryCost, DIARY_MIX, HANDOVER_MIX, monthlyFlowCost } from '../../src/planning/flow-costs.ts';
import { type Mix, wholeMix } from '../../src/planning/mix.ts';
import { profileMix, specOffer } from '../../src/planning/profile-mix.ts';
import { multiply, type Ratio, ratio, toFixed, toNumber, toRatio } from '../../src/planning/ratio.ts';
import { returnOnInvestment } from '../../src/planning/return-on-investment.ts';
import { DIMENSIONS, type PartScores, scoreRubric } from '../../src/planning/rubric-score.ts';
import { WORKLOADS } from '../../src/planning/workload.ts';
import { projectSpend } from '../../src/spend/budget-window.ts';
import { configsDir } from '../support/load-test-config.ts';

type Shares = Readonly<Record<string, number>>;
interface Figures {
  readonly usd: number;
  readonly savingsPct: number;
  readonly annualSavings: number;
  readonly shares?: Shares;
}
interface Vectors {
  readonly prices: Readonly<Record<string, { readonly input: number; readonly output: number }>>;
  readonly baseline: string;
  readonly workloads: Readonly<
    Record<
      string,
      {
        readonly inputM: number;
        readonly outputM: number;
        readonly baselineUSD: number;
        readonly single: Readonly<Record<string, Figures>>;
        readonly mix: Readonly<Record<string, Figures>>;
      }
    >
  >;
  readonly roi: readonly {
    readonly investment: number;
    readonly monthlySavings: number;
    readonly breakEvenMonths: number;
    readonly breakEvenDays30: number;
    readonly roiPct: Readonly<Record<string, number>>;
    readonly net: Readonly<Record<string, number>>;
  }[];
  readonly projection: readonly { spent: number; dayOfMonth: number; daysInMonth: number; projected: number }[];
  readonly rubric: readonly (PartScores & {
    readonly dimension: Readonly<Record<string, number>>;
    readonly overall: number;
    readonly passedOverall: boolean;
    readonly passedEveryDimension: boolean;
  })[];
  readonly flows: Readonly<
    Record<
      'handover_mix' | 'diary_mix',
      {
        readonly shares: Shares;
        readonly costPerQueryByFlow: Shares;
        readonly blendedCostPerQuery: number;
        readonly usdPerMonthAt1000perDay: number;
        readonly usdPerMonthAt1500perDay: number;
      }
    >
  >;
  readonly alerts: readonly { config: string; monthlyBudget: number; warningAtUSD: number; criticalAtUSD: number }[];
}

const vectors = JSON.parse(readFileSync(new URL('../fixtures/cost-vectors.json', import.meta.url), 'utf8')) as Vectors;

/** Paths of what a test has compared, or (for what goes in) computed with. */
const seen = new Set<string>();

function valueAt(path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], vectors);
}

/** The figure at a path equals this one, rounded to so many places: every digit that the file gives. */
function expectAt(path: readonly (string | number)[], figure: Ratio | boolean, places = 0): void {
  const keys = path.map(String);
  const actual = typeof figure === 'boolean' ? figure : Number(toFixed(figure, places));
  expect(actual, keys.join(' › ')).toBe(valueAt(keys));
  seen.add(keys.join('\n'));
}

/** An amount, exact to the nano-dollar. */
function expectUsd(path: readonly (string | number)[], amount: NanoUsd): void {
  expectAt(path, ratio(amount, NANO_PER_USD), 9);
}

function given(path: readonly (string | number)[]): void {
  expect(valueAt(path.map(String))).toEqual(expect.any(Number));
  seen.add(path.join('\n'));
}

const config = loadConfig({ env: {}, configsDir, cwd: configsDir, userHome: configsDir, readFile: readShipped });

/** The shipped files, and none of a user. */
function readShipped(path: string): string | null {
  return path.startsWith(configsDir) && existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function profileOf(name: string): Mix {
  const profile = config.profiles.get(name);
  const found = profile && profileMix(profile, (spec) => specOffer(spec, config));
  if (!found?.mix) throw new Error(`no mix of ${name}`);
  return found.mix;
}

/** The mix that the vectors mean: a profile by the breakdown in its shipped file, or a mix of the documents. */
function mixNamed(key: string): Mix {
  if (key.includes('_config')) return profileOf(key.slice(0, key.indexOf('_')));
  const found = Object.entries(DOCUMENT_MIXES).find(([name]) => key.startsWith(`${name}_`));
  if (!found) throw new Error(`no mix ${key}`);
  return mixOf(found[0], found[1], DOCUMENT_OFFERS);
}

function expectFigures(path: readonly (string | number)[], line: CostLine): void {
  expectUsd([...path, 'usd'], line.cost as NanoUsd);
  expectAt([...path, 'savingsPct'], multiply(line.savedShare as Ratio, ratio(100)), 2);
  expectAt([...path, 'annualSavings'], ratio(line.annualSavings as NanoUsd, NANO_PER_USD), 2);
}

describe('the vectors of the design documents', () => {
  it('have the prices that farebox plans with, and the baseline (CST-07)', () => {
    expect(Object.keys(vectors.prices)).toEqual([...DOCUMENT_OFFERS.keys()]);
    for (const name of Object.keys(vectors.prices)) {
      const { price } = requireOffer(DOCUMENT_OFFERS, name);
      if (price.kind !== 'usage') throw new Error(name);
      expectUsd(['prices', name, 'input'], price.price.rates.input as NanoUsd);
      expectUsd(['prices', name, 'output'], price.price.rates.output as NanoUsd);
    }
    expect(vectors.baseline).toBe(DOCUMENT_BASELINE);
  });

  it('have the prices and shares of the shipped profiles', () => {
    for (const [name, shares] of Object.entries(DOCUMENT_BREAKDOWNS)) {
      const parts = profileOf(name).parts;
      expect(Object.fromEntries(parts.map(({ offer, share }) => [offer.name, toNumber(share)]))).toEqual(shares);
      for (const { offer } of parts) {
        const { price } = requireOffer(DOCUMENT_OFFERS, offer.name);
        expect(offer.price.kind === 'usage' && price.kind === 'usage' && offer.price.price.rates).toEqual(
          price.kind === 'usage' && price.price.rates,
        );
      }
    }
  });

  it.each(Object.keys(vectors.workloads))('cost %s on every model and mix as computed here (CST-01, CST-08)', (key) => {
    const workload = WORKLOADS.find(({ name }) => name === key);
    const expected = vectors.workloads[key];
    if (!workload || !expected) throw new Error(key);
    expectAt(['workloads', key, 'inputM'], ratio(workload.inputTokens, 1_000_000), 6);
    expectAt(['workloads', key, 'outputM'], ratio(workload.outputTokens, 1_000_000), 6);
    const baseline = baselineCost(requireOffer(DOCUMENT_OFFERS, vectors.baseline), workload);
    expectUsd(['workloads', key, 'baselineUSD'], baseline);
    for (const model of Object.keys(expected.single)) {
      const line = costLine(wholeMix(model, requireOffer(DOCUMENT_OFFERS, model)), workload, baseline);
      expectFigures(['workloads', key, 'single', model], line);
    }
    for (const name of Object.keys(expected.mix)) {
      const mix = mixNamed(name);
      const path = ['workloads', key, 'mix', name];
      expectFigures(path, costLine(mix, workload, baseline));
      expect(mix.parts.map(({ offer }) => offer.name).sort()).toEqual(
        Object.keys(expected.mix[name]?.shares ?? {}).sort(),
      );
      for (const { offer, share } of mix.parts) expectAt([...path, 'shares', offer.name], share, 9);
    }
  });

  it('break even and return as computed here, at 6, 12, 24 and 36 months (CST-09)', () => {
    for (const [index, { investment, monthlySavings }] of vectors.roi.entries()) {
      const roi = returnOnInvestment(fromUsd(investment), fromUsd(monthlySavings));
      expectUsd(['roi', index, 'investment'], roi.investment);
      expectUsd(['roi', index, 'monthlySavings'], roi.monthlySavings);
      expectAt(['roi', index, 'breakEvenMonths'], roi.breakEvenMonths as Ratio, 4);
      expectAt(['roi', index, 'breakEvenDays30'], roi.paybackDays as Ratio, 4);
      expect(roi.horizons.map(({ months }) => months)).toEqual([6, 12, 24, 36]);
      for (const { months, net, roi: share } of roi.horizons) {
        expectUsd(['roi', index, 'net', months], net);
        expectAt(['roi', index, 'roiPct', months], multiply(share as Ratio, ratio(100)), 2);
      }
    }
  });

  it('project what is spent by days (CST-06)', () => {
    for (const [index, { spent, dayOfMonth, daysInMonth }] of vectors.projection.entries()) {
      for (const input of ['spent', 'dayOfMonth', 'daysInMonth']) given(['projection', index, input]);
      const span = { start: 0, end: daysInMonth * 86_400_000, units: daysInMonth };
      const projected = projectSpend(fromUsd(spent), span, (dayOfMonth - 1) * 86_400_000);
      expectUsd(['projection', index, 'projected'], projected as NanoUsd);
    }
  });

  it('score the rubric with both ways of passing it', () => {
    for (const [index, row] of vectors.rubric.entries()) {
      const score = scoreRubric(row);
      for (const name of DIMENSIONS) {
        for (const part of row[name].keys()) given(['rubric', index, name, part]);
        expectAt(['rubric', index, 'dimension', name], score.dimension[name], 6);
      }
      expectAt(['rubric', index, 'overall'], score.overall, 6);
      expectAt(['rubric', index, 'passedOverall'], score.passedOverall);
      expectAt(['rubric', index, 'passedEveryDimension'], score.passedEveryDimension);
      expect(score.passed).toBe(score.passedOverall && score.passedEveryDimension);
    }
  });

  it('cost the flows of both papers at 1,000 and 1,500 queries a day (CST-14)', () => {
    for (const mix of [DIARY_MIX, HANDOVER_MIX]) {
      const path = ['flows', `${mix.name}_mix`];
      for (const { name, share, cost } of mix.classes) {
        expectAt([...path, 'shares', name], toRatio(share), 9);
        expectUsd([...path, 'costPerQueryByFlow', name], cost);
      }
      expectAt([...path, 'blendedCostPerQuery'], multiply(blendedQueryCost(mix), ratio(1, NANO_PER_USD)), 9);
      expectUsd([...path, 'usdPerMonthAt1000perDay'], monthlyFlowCost(mix, 1000));
      expectUsd([...path, 'usdPerMonthAt1500perDay'], monthlyFlowCost(mix, 1500));
    }
  });

  it('warn at the same dollars as the shipped profiles (CST-04)', () => {
    for (const [index, { config: name }] of vectors.alerts.entries()) {
      const tracking = config.profiles.get(name)?.costTracking;
      const budget = tracking?.monthlyBudget;
      if (!tracking || !budget) throw new Error(name);
      const at = (threshold: number) => multiply(ratio(budget, NANO_PER_USD), toRatio(threshold));
      expectUsd(['alerts', index, 'monthlyBudget'], budget);
      expectAt(['alerts', index, 'warningAtUSD'], at(tracking.warning), 9);
      expectAt(['alerts', index, 'criticalAtUSD'], at(tracking.critical), 9);
    }
  });

  it('leave no figure of the file unchecked', () => {
    const all: string[] = [];
    const walk = (value: unknown, path: readonly string[]): void => {
      if (typeof value === 'number' || typeof value === 'boolean') all.push(path.join('\n'));
      else if (typeof value === 'object' && value !== null) {
        for (const [key, child] of Object.entries(value)) walk(child, [...path, key]);
      }
    };
    walk(vectors, []);
    expect(all.length).toBeGreaterThan(700);
    expect(all.filter((path) => !seen.has(path))).toEqual([]);
  });
});

describe('what follows from the vectors', () => {
  it('costs the templates 2.16, 16.38 and 115.80 dollars (CST-11)', () => {
    const costs = TEMPLATES.map(({ workload, mix }) => {
      const found = WORKLOADS.find(({ name }) => name === workload);
      if (!found) throw new Error(workload);
      return costLine(mixOf(mix, DOCUMENT_MIXES[mix], DOCUMENT_OFFERS), found, fromUsd(1)).cost;
    });
    expect(costs).toEqual([fromUsd(2.16), fromUsd(16.38), fromUsd(115.8)]);
  });

  it('saves 90.7, 82.7 and 81.3 % with the three options, paid back in days (CST-14, CST-09)', () => {
    const reports = DEPLOYMENT_OPTIONS.map((option) => reportOption(option, CURRENT_MONTHLY, fromUsd(20)));
    expect(reports.map(({ savedShare }) => toFixed(multiply(savedShare, ratio(100)), 1))).toEqual([
      '90.7',
      '82.7',
      '81.3',
    ]);
    expect(reports.map(({ saved }) => saved)).toEqual([fromUsd(408), fromUsd(372), fromUsd(366)]);
    expect(reports.map(({ roi }) => roi.paybackDays && toFixed(roi.paybackDays, 2))).toEqual(['1.47', '1.61', '1.64']);
  });

  it('saves what each profile promises on the reference workload (CST-13)', () => {
    const [workload] = WORKLOADS;
    if (!workload) throw new Error('no workload');
    for (const [name, least] of [
      ['budget', 95],
      ['balanced', 90],
      ['premium', 85],
    ] as const) {
      const line = costLine(profileOf(name), workload, fromUsd(6));
      expect(toNumber(line.savedShare as Ratio) * 100).toBeGreaterThanOrEqual(least);
    }
  });
});
