import { describe, expect, it } from 'vitest';
import { createFakeEngine } from '../support/fake-engine.ts';
import { textOfResult } from '../support/mcp-peers.ts';
import { runTool } from '../support/run-tool.ts';

describe('cost_report', () => {
  it('gives the same facts as a table and as structure (MCP-06)', async () => {
    const result = await runTool(createFakeEngine(), 'cost_report', {});
    expect(textOfResult(result)).toBe(
      [
        'Calls from 2026-10-22T12:00:00.000Z until 2026-11-21T12:00:00.001Z:',
        'model    calls  failed  cached  in  out            cost   baseline      saved',
        'small-1      2       1       0  24   10  $0.0000096 + ?  $0.000222  $0.000212',
        'total        2       1       0  24   10  $0.0000096 + ?  $0.000222  $0.000212',
        '1 attempts have an unknown cost: not in the sums, and not free.',
        'Saved $0.000212 (95.7%) against claude-x; 2 calls compared, 0 not. Same tokens at the price of the baseline; an estimate.',
        'Budget all/month: $2.00 of $10.00 spent, $0 held, $8.00 left, normal, projected $5.00, resets 2026-12-01T00:00:00.000Z',
      ].join('\n'),
    );
    expect(result.structuredContent).toMatchObject({
      group_by: 'model',
      simulated: false,
      totals: { calls: 2, cost_usd: 0.0000096, cost_nano_usd: 9600, unknown_cost_attempts: 1 },
      groups: [{ group: 'small-1', calls: 2 }],
      savings: { baseline_model: 'claude-x', saved_nano_usd: 212_400, share: 0.957 },
      budgets: [{ id: 'all/month', scope: 'all', left_usd: 8, resets_at: '2026-12-01T00:00:00.000Z' }],
    });
  });

  it('asks the ledger for what was asked', async () => {
    const engine = createFakeEngine({ mode: 'sandbox' });
    await runTool(engine, 'cost_report', {
      since: '2026-11-01',
      until: '2026-11-02T00:00:00Z',
      group_by: 'task',
      baseline: 'claude-x',
      run_id: 'run_1',
    });
    expect(engine.reportQueries).toEqual([
      {
        since: Date.UTC(2026, 10, 1),
        until: Date.UTC(2026, 10, 2),
        groupBy: 'task',
        baseline: { model: 'claude-x', inputRate: 150_000_000, outputRate: 600_000_000 },
        runId: 'run_1',
        simulated: true,
      },
    ]);
  });

  it.each([
    [{ since: 'yesterday' }, 'since "yesterday" is not an ISO 8601 time'],
    [{ since: '2026-11-02', until: '2026-11-01' }, 'The period is empty'],
    [{ baseline: 'nobody-knows' }, 'No price list knows a price of "nobody-knows"'],
  ])('refuses %j', async (args, message) => {
    await expect(runTool(createFakeEngine(), 'cost_report', args)).rejects.toThrow(message);
  });
});

describe('the memory tools', () => {
  it('store, find and forget (MCP-06)', async () => {
    const engine = createFakeEngine();
    const stored = await runTool(engine, 'memory_store', {
      content: 'We deploy on Fridays.',
      key: 'deploy',
      tags: ['ops'],
    });
    expect(stored.structuredContent).toEqual({ id: 'memory_1', status: 'created', version: 1 });

    const found = await runTool(engine, 'memory_search', { query: 'deploy when' });
    expect(textOfResult(found)).toBe(
      '1 memory (keyword for any of: deploy, when):\n- memory_1 · note · in default · key deploy, version 1 · tags ops · 2 h old · from tester · matched deploy, when\n  We deploy on Fridays.',
    );
    expect(found.structuredContent).toMatchObject({
      mode: 'keyword',
      memories: [{ id: 'memory_1', snippet: 'We deploy on Fridays.' }],
    });

    const whole = await runTool(engine, 'memory_search', { ids: ['memory_1'] });
    expect(whole.structuredContent).toMatchObject({ mode: 'ids', memories: [{ content: 'We deploy on Fridays.' }] });

    expect((await runTool(engine, 'memory_forget', { key: 'deploy' })).structuredContent).toEqual({ forgotten: 1 });
    expect(textOfResult(await runTool(engine, 'memory_search', { query: 'deploy' }))).toBe(
      'No memories found (keyword for any of: deploy).',
    );
  });

  it('refuse a time that is none, and forgetting nothing in particular', async () => {
    await expect(runTool(createFakeEngine(), 'memory_search', { as_of: 'then' })).rejects.toThrow('as_of "then"');
    await expect(runTool(createFakeEngine(), 'memory_forget', {})).rejects.toThrow('Nothing to forget was named');
  });
});
