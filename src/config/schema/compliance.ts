import * as z from 'zod';
import { optional } from './fields.ts';

const dataResidency = z.strictObject({
  enabled: optional.flag.describe('Requests that ask for a region stay in it.'),
  regions: optional.texts,
  preferredModel: optional.slot,
});

const auditLogging = z.strictObject({
  enabled: optional.flag,
  retention: optional.count.describe('Days.'),
  compliance: optional.texts.describe('Names of the regimes, e.g. SOC2.'),
});

export const complianceSchema = z.strictObject({
  dataResidency: dataResidency.optional(),
  auditLogging: auditLogging.optional(),
});
