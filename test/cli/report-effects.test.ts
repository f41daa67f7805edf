import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nano } from '../../src/domain/money.ts';
import { reportText } from '../../src/mcp/report-text.ts';
import type { EffectLine } from '../../src/spend/reports.ts';
import { createFakeEngine } from '../support/fake-engine.ts';
import { runFarebox } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const HIT: EffectLine = {
  optimisation: 'response_cache',
  calls: 1_200,
  tokensAvoided: 1_440_000,
  costAvoided: nano(216_000_000),
  unknownCalls: 2,
  ownCost: nano(0),
  net: nano(216_000_000),
};
const HEDGE: EffectLine = {
  optimisation: 'hedging',
  calls: 7,
  tokensAvoided: -4_100,
  costAvoided: nano(0),
  unknownCalls: 0,
  ownCost: nano(615_000),
  net: nano(-615_000),
};

/** A ledger whose report by optimisation says this. */
function reporting(effects: readonly EffectLine[]) {
  const engine = createFakeEngine();
  const report = engine.reports.report.bind(engine.reports);
  const query = async (asked: Parameters<typeof report>[0]) => ({ ...(await report(asked)), groups: [], effects });
  return { openEngine: async () => ({ ...engine, reports: { report: query } }), query };
}

describe('a report by optimisation', () => {
  it('is a table with what each avoided, spent and brought, and says what it is measured against', async () => {
    const { stdout, code } = await runFarebox(['report', '--by', 'optimisation'], reporting([HIT, HEDGE]));
    expect(code).toBe(0);
    expect(stdout).toContain('What optimisations did');
    expect(stdout).toMatch(/response_cache\s+1,200\s+1,440,000\s+\$0\.22 \+ \?\s+\$0\s+\$0\.22/);
    expect(stdout).toMatch(/hedging\s+7\s+-4,100\s+\$0\s+\$0\.000615\s+-\$0\.000615/);
    expect(stdout).toContain('not to be added to what was saved against the baseline');
    for (const line of stdout.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(100);
  });

  it('says so where nothing did anything', async () => {
    const { stdout } = await runFarebox(['report', '--by', 'optimisation'], reporting([]));
    expect(stdout).toContain('No optimisation did anything for these calls.');
  });

  it('has the same figures for programs, with nano-dollars beside dollars', async () => {
    const { stdout } = await runFarebox(['report', '--by', 'optimisation', '--json'], reporting([HIT, HEDGE]));
    expect(JSON.parse(stdout)).toMatchObject({
      group_by: 'optimisation',
      groups: [
        {
          group: 'response_cache',
          calls: 1_200,
          tokens_avoided: 1_440_000,
          cost_avoided_usd: 0.216,
          cost_avoided_nano_usd: 216_000_000,
          unknown_cost_calls: 2,
          own_cost_nano_usd: 0,
          net_nano_usd: 216_000_000,
        },
        { group: 'hedging', tokens_avoided: -4_100, own_cost_usd: 0.000615, net_usd: -0.000615 },
      ],
    });
  });

  it('is comma-separated values, and a page', async () => {
    const { stdout } = await runFarebox(['report', '--by', 'optimisation', '--csv'], reporting([HIT, HEDGE]));
    expect(stdout.split('\n')).toEqual([
      'optimisation,calls,tokens_avoided,cost_avoided_nano_usd,unknown_cost_calls,own_cost_nano_usd,net_nano_usd',
      'response_cache,1200,1440000,216000000,2,0,216000000',
      'hedging,7,-4100,0,0,615000,-615000',
      '',
    ]);
    const page = join(tempFolder(), 'report.html');
    await runFarebox(['report', '--by', 'optimisation', '--html', page], reporting([HIT, HEDGE]));
    expect(readFileSync(page, 'utf8')).toContain(
      '<tr><td>hedging</td><td>7</td><td>-4,100</td><td>0</td><td>0.000615</td><td>-0.000615</td></tr>',
    );
  });

  it('is text for an assistant (cost_report)', async () => {
    const report = await reporting([HIT]).query({ since: 0, until: 1, groupBy: 'optimisation', simulated: false });
    expect(reportText(report)).toMatch(/response_cache\s+1200\s+1440000\s+\$0\.22 \+ \?\s+\$0\s+\$0\.22/);
    expect(reportText({ ...report, effects: [] })).toContain('No optimisation did anything');
  });
});
