import * as z from 'zod';
import { dollars, optional, timeZone } from './fields.ts';
import { alertThresholdsSchema } from './monitoring.ts';

/** `all`, or a kind of thing and its name. */
const SCOPE = /^(all|(provider|model|task|role|project|client|key|run|swarm|tag):.+)$/;

export const budgetSchema = z.strictObject({
  scope: z
    .string()
    .regex(
      SCOPE,
      '"all" or one of provider, model, task, role, project, client, key, run, swarm, tag with a name: "role:qa-lead"',
    )
    .describe('Whose calls count: "all", "role:qa-lead", "provider:groq" …'),
  window: z
    .enum(['call', 'run', 'session', 'hour', 'day', 'week', 'month', 'total'])
    .describe('Each call, run or session; or a window of the calendar.'),
  limitUsd: dollars.describe('US dollars that may be spent in one window.'),
  name: optional.name.describe('What it is called in reports and by `parent`. Default: "scope/window".'),
  timeZone: timeZone
    .optional()
    .describe('Whose calendar divides time, e.g. "Europe/Berlin". Default: policy.timeZone.'),
  enforcement: z
    .enum(['hard', 'soft'])
    .optional()
    .describe('hard (the default) refuses what does not fit; soft only tells, and makes routing cheaper.'),
  parent: optional.text.describe(
    'The budget of which this is a part: it applies only where that one does, and may not be larger.',
  ),
  alertThresholds: alertThresholdsSchema.optional().describe('Default: those of monitoring.costTracking.'),
});

export const budgetsSchema = z.array(budgetSchema);
