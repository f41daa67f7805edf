import { describe, expect, it } from 'vitest';
import { auditClaims } from '../../src/planning/audit-claims.ts';
import type { AuditedClaim, ClaimWorld, Verdict } from '../../src/planning/claims/claim.ts';
import { CLAIMS } from '../../src/planning/claims/claims.ts';
import { documentWorld } from '../../src/planning/claims/document-world.ts';
import { tokenOffer } from '../../src/planning/offer.ts';
import { ratio } from '../../src/planning/ratio.ts';
import { loadTestConfig } from '../support/load-test-config.ts';

const world = documentWorld();

function withPrice(model: string, input: number, output: number): ClaimWorld {
  const quality = world.offers.get(model)?.quality ?? null;
  return { ...world, offers: new Map([...world.offers, [model, tokenOffer(model, input, output, quality)]]) };
}

function verdicts(in_: ClaimWorld): ReadonlyMap<string, Verdict> {
  return new Map(auditClaims(in_).map(({ claim, verdict }) => [`${claim.subject} = ${claim.claimed}`, verdict]));
}

/** Claims whose verdict another world changes, with both verdicts. */
function changes(other: ClaimWorld): Readonly<Record<string, readonly [Verdict, Verdict]>> {
  const [before, after] = [verdicts(world), verdicts(other)];
  return Object.fromEntries(
    [...before].flatMap(([key, verdict]) => {
      const now = after.get(key);
      return now && now !== verdict ? [[key, [verdict, now] as const]] : [];
    }),
  );
}

describe('the audit of the design documents (CST-10)', () => {
  it.each<[string, Verdict]>([
    ['baseline, 50M in and 10M out: a month = 300', 'same'],
    ['Mistral, five tokens in to one out: saved = 92', 'wrong'],
    ['small, budget: a month = 2.14', 'wrong'],
    ['small, balanced: a month = 2.50', 'wrong'],
    ['small, premium: saved a year at its own 3.80 = 673.60', 'wrong'],
    ['medium, budget: saved a year = 3,492', 'same'],
    ['medium, balanced: a month = 10.92', 'label conflict'],
    ['medium, premium: a month = 13.80', 'mix conflict'],
    ['enterprise, balanced: saved a year = 34,747.20', 'mix conflict'],
    ['enterprise, premium, its template mix: a month = 107.50', 'wrong'],
    ['startup template: a month = 2.73', 'wrong'],
    ['small-business template: a month = 14.25', 'wrong'],
    ['scenario 1, DeepSeek: a month = 0.10', 'rounding'],
    ['premium: saved (over every proportion of input to output) = 88', 'cannot follow'],
    ['premium: saved a year, at its typical $75 and 88% = 2160', 'inconsistent'],
    ['medium: breaks even after = 24.2', 'same'],
    ['enterprise: breaks even after = 6.9', 'same'],
    ['rubric: more than 0% after 6 months; the enterprise example has = 0', 'fails own rubric'],
    ['cost table, Claude: per 1k tokens = 0.018', 'mixed units'],
    ['rubric, budget: most per 1k tokens (dearest proportion) = 0.001', 'trivially met'],
    ['255 GPU hours at $3.50: a month = 30', 'wrong'],
    ['external calls, 1,000 queries a day, diary mix: a month = 48.60', 'same'],
    ['external calls, 1,000 queries a day, handover mix: a month = 48.60', 'mix conflict'],
    ['hybrid: saved a month = 372', 'wrong'],
    ['worked example, $0.18 against $1.20: saved = 85', 'same'],
    ['40000 tokens for $1.20: a million (Sonnet costs from … to) = 30', 'cannot follow'],
    ['new team against old team: saves 70% a month = 70', 'cannot follow'],
    ['handlers in all categories = 107', 'not recomputed'],
  ])('judges "%s": %s', (key, verdict) => {
    expect(verdicts(world).get(key)).toBe(verdict);
  });

  it('judges every claim, and shows a recomputed figure wherever there is one', () => {
    const audited = auditClaims(world);
    expect(audited).toHaveLength(CLAIMS.length);
    const empty = audited.filter(({ recomputed }) => recomputed.length === 0).map(({ verdict }) => verdict);
    expect(new Set(empty)).toEqual(new Set(['not recomputed']));
  });

  it('has claims with distinct words, so that each can be pointed at', () => {
    const keys = CLAIMS.map(({ subject, claimed }) => `${subject} = ${claimed}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('changes its verdicts with a price, since none is written down', () => {
    expect(changes(withPrice('mistralai/mistral-small-3.1', 0.4, 0.4))).toMatchObject({
      'Mistral, five tokens in to one out: saved = 92': ['wrong', 'same'],
    });
  });

  it('keeps no claim about costs as it was when every price doubles', () => {
    const doubled: ClaimWorld = {
      ...world,
      offers: new Map(
        [...world.offers].map(([name, offer]) => {
          const rates = offer.price.kind === 'usage' ? offer.price.price.rates : { input: 0, output: 0 };
          return [name, tokenOffer(name, (2 * rates.input) / 1e9, (2 * rates.output) / 1e9, offer.quality)];
        }),
      ),
    };
    const usd = (rows: readonly AuditedClaim[]) =>
      rows.filter(
        ({ claim, verdict }) => claim.source === 'cost analysis' && claim.unit === 'usd' && verdict === 'same',
      );
    expect(usd(auditClaims(world)).length).toBeGreaterThan(5);
    expect(usd(auditClaims(doubled))).toEqual([]);
  });

  it('changes its verdicts with a mix, an option and an ability', () => {
    const balanced = {
      ...world.breakdowns,
      balanced: {
        'qwen/qwen-2.5-coder-32b-instruct': 0.4,
        'meta-llama/llama-3.3-70b-instruct': 0.4,
        'deepseek/deepseek-chat': 0.2,
      },
    };
    expect(changes({ ...world, breakdowns: balanced })).toMatchObject({
      'medium, balanced: a month = 10.92': ['label conflict', 'same'],
    });
    const [first, second] = world.options.monthly;
    expect(changes({ ...world, options: { ...world.options, monthly: [first, second, ratio(78)] } })).toEqual({
      'hybrid: saved a month = 372': ['wrong', 'same'],
      'hybrid: $20 are back after = 1.64': ['same', 'wrong'],
    });
    const capabilities = new Map([...world.capabilities].map(([name, can]) => [name, { ...can, jsonMode: true }]));
    expect(changes({ ...world, capabilities })).toEqual({
      'all five models answer in JSON (how many do) = 5': ['wrong', 'same'],
    });
  });

  it('plans with the abilities that the shipped profiles state', () => {
    const stated = new Map<string, unknown>();
    for (const name of ['budget', 'balanced', 'premium']) {
      for (const spec of Object.values(loadTestConfig().profiles.get(name)?.models ?? {})) {
        const { contextWindow, jsonMode, toolCalling } = spec.capabilities ?? {};
        stated.set(spec.model, { contextWindow, jsonMode, toolCalling });
      }
    }
    expect(new Map(world.capabilities)).toEqual(stated);
  });
});
