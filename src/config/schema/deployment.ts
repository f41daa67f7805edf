import * as z from 'zod';
import { optional } from './fields.ts';

const scaling = z.strictObject({
  minInstances: optional.positive,
  maxInstances: optional.positive,
  autoScale: optional.flag,
  scaleUpThreshold: optional.share,
  scaleDownThreshold: optional.share,
  cooldownPeriod: optional.milliseconds.describe('Ms.'),
  predictiveScaling: optional.flag,
});

const healthCheck = z.strictObject({
  enabled: optional.flag,
  interval: optional.milliseconds.describe('Ms.'),
  timeout: optional.milliseconds.describe('Ms.'),
  unhealthyThreshold: optional.positive,
  healthyThreshold: optional.positive,
});

const redundancy = z.strictObject({
  enabled: optional.flag,
  replicationFactor: optional.positive,
  crossRegion: optional.flag,
});

const highAvailability = z.strictObject({
  enabled: optional.flag,
  targetUptime: optional.share,
  failoverTime: optional.milliseconds.describe('Ms.'),
});

export const deploymentSchema = z.strictObject({
  environment: z.enum(['development', 'staging', 'production']).optional(),
  region: optional.text,
  scaling: scaling.optional(),
  healthCheck: healthCheck.optional(),
  redundancy: redundancy.optional(),
  highAvailability: highAvailability.optional(),
});
