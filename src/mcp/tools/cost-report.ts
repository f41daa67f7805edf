import { z } from 'zod';
import { describeReport } from '../../pipeline/views/describe-report.ts';
import { toReportQuery } from '../../pipeline/views/report-query.ts';
import { REPORT_GROUPS, REPORT_PERIODS } from '../../spend/reports.ts';
import { reportText } from '../report-text.ts';
import { defineTool, structuredResult } from '../tool.ts';

export const costReport = defineTool({
  name: 'cost_report',
  title: 'Cost report',
  description:
    'Use when somebody asks what model calls through farebox cost or saved, or how much budget is left. Not for prices of models ' +
    '(read models://catalog), nor for the cost of one call (its last line has it). Reads the ledger; costs nothing.',
  input: z.strictObject({
    period: z.enum(REPORT_PERIODS).optional().describe('(30d)'),
    since: z.string().optional().describe('ISO 8601, UTC; instead of period'),
    until: z.string().optional().describe('ISO 8601, UTC, exclusive (now)'),
    group_by: z.enum(REPORT_GROUPS).optional().describe('(model)'),
    baseline: z.string().optional().describe('Model to compare with, instead of the baseline of each call'),
    run_id: z.string().optional().describe('Only this run'),
  }),
  // Loose: fixed costs, usage faults, value and the tree of runs are there as well.
  output: z.looseObject({
    since: z.string(),
    until: z.string(),
    simulated: z.boolean(),
    group_by: z.string(),
    totals: z.looseObject({}),
    groups: z.array(z.looseObject({})),
    savings: z.looseObject({}),
    overhead: z.looseObject({}),
    reconciliation: z.looseObject({}),
    trend: z.looseObject({}).nullable(),
    budgets: z.array(z.looseObject({})),
    other_kind_calls: z.number(),
  }),
  annotations: { readOnlyHint: true, idempotentHint: true, destructiveHint: false, openWorldHint: false },
  async handle({ engine: engineSource, clock }, args) {
    const engine = await engineSource();
    const query = toReportQuery(
      {
        period: args.period,
        since: args.since,
        until: args.until,
        groupBy: args.group_by,
        baseline: args.baseline,
        runId: args.run_id,
      },
      engine,
      clock.now(),
    );
    const report = await engine.reports.report(query);
    return structuredResult(reportText(report), describeReport(report));
  },
});
