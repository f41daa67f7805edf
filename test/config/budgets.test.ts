import { describe, expect, it } from 'vitest';
import { FareboxError } from '../../src/domain/errors.ts';
import { fromUsd } from '../../src/domain/money.ts';
import { loadTestConfig } from '../support/load-test-config.ts';

const load = (budgets: readonly object[], policy = {}) =>
  loadTestConfig({ files: { 'config.json': { extends: 'budget', policy, budgets } } });

function failure(budgets: readonly object[], policy = {}): string {
  try {
    load(budgets, policy);
  } catch (error) {
    if (error instanceof FareboxError) return error.message;
  }
  throw new Error('It was accepted.');
}

describe('budgets in a configuration (CST-04)', () => {
  it('may have a name, a time zone, a parent, and may be soft', () => {
    const { budgets } = load(
      [
        { name: 'team', scope: 'project:web', window: 'month', limitUsd: 20, timeZone: 'America/New_York' },
        { scope: 'role:qa', window: 'day', limitUsd: 2, parent: 'team', enforcement: 'soft' },
        { scope: 'swarm:s1', window: 'run', limitUsd: 1 },
      ],
      { timeZone: 'Europe/Berlin' },
    );
    expect(budgets).toMatchObject([
      { id: 'all/month', timeZone: 'Europe/Berlin' },
      { id: 'team', scope: { kind: 'project', value: 'web' }, limit: fromUsd(20), timeZone: 'America/New_York' },
      { id: 'role:qa/day', parent: 'team', enforcement: 'soft', timeZone: 'Europe/Berlin' },
      { id: 'swarm:s1/run', scope: { kind: 'swarm', value: 's1' }, window: 'run' },
    ]);
  });

  it('say nothing of a time zone where it is UTC', () => {
    expect(load([{ scope: 'all', window: 'call', limitUsd: 1 }]).budgets[1]).not.toHaveProperty('timeZone');
  });

  it('may be two for the same calls where they have names', () => {
    const limits = load([
      { name: 'tell', scope: 'all', window: 'day', limitUsd: 1, enforcement: 'soft' },
      { name: 'stop', scope: 'all', window: 'day', limitUsd: 2 },
    ]).budgets.map(({ id }) => id);
    expect(limits).toEqual(['all/month', 'tell', 'stop']);
  });

  it('are refused where a part is larger than the whole, has none, or is part of itself', () => {
    const whole = { name: 'whole', scope: 'all', window: 'day', limitUsd: 1 };
    const part = { name: 'part', scope: 'role:qa', window: 'day', limitUsd: 2 };
    expect(failure([whole, { ...part, parent: 'whole' }])).toMatch(/part \(\$2\.00\) is larger than whole \(\$1\.00\)/);
    expect(failure([{ ...part, parent: 'gone' }])).toMatch(/part is part of gone, which is not there/);
    expect(
      failure([
        { ...whole, parent: 'part' },
        { ...part, parent: 'whole', limitUsd: 1 },
      ]),
    ).toMatch(/part of itself/);
  });

  it('are refused with a time zone that nobody knows', () => {
    expect(failure([{ scope: 'all', window: 'day', limitUsd: 1, timeZone: 'Mars/Olympus' }])).toMatch(
      /a time zone such as/,
    );
  });
});
