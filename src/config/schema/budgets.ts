import * as z from 'zod';
import { dollars } from './fields.ts';
import { alertThresholdsSchema } from './monitoring.ts';

/** `all`, or a kind of thing and its name. */
const SCOPE = /^(all|(provider|model|task|role|project|client|key|run|tag):.+)$/;

export const budgetSchema = z.strictObject({
  scope: z
    .string()
    .regex(
      SCOPE,
      '"all" or one of provider, model, task, role, project, client, key, run, tag with a name: "role:qa-lead"',
    )
    .describe('Whose calls count: "all", "role:qa-lead", "provider:groq" …'),
  window: z.enum(['hour', 'day', 'week', 'month', 'total']).describe('A window of the calendar in UTC.'),
  limitUsd: dollars.describe('US dollars that may be spent in one window.'),
  alertThresholds: alertThresholdsSchema.optional().describe('Default: those of monitoring.costTracking.'),
});

export const budgetsSchema = z.array(budgetSchema);
