import { describe, expect, it } from 'vitest';
import { budgetTroubles } from '../../src/cli/budget-table.ts';
import { fakeBudget } from '../support/fake-engine.ts';

describe('what is said of a budget that is used up', () => {
  it('is that calls are refused, unless it is soft', () => {
    const status = { ...fakeBudget, level: 'exhausted' as const };
    const soft = { ...status, budget: { ...status.budget, enforcement: 'soft' as const } };
    expect(budgetTroubles([status])[0]).toMatch(/is used up: calls that it applies to are refused/);
    expect(budgetTroubles([soft])[0]).toMatch(/it is soft, so calls go on/);
  });
});
