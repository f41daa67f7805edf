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
  enabled: optional.flag.describe(
    'Ask after providers that are in trouble, and after local ones, in `serve` and `mcp`.',
  ),
  interval: optional.milliseconds.describe('Ms, 1000 at least.'),
  timeout: optional.milliseconds.describe('Ms.'),
  unhealthyThreshold: optional.positive.describe("Failed checks in a row that take a provider's models out."),
  healthyThreshold: optional.positive.describe('Good checks in a row that let it be tried again early.'),
});

const redundancy = z.strictObject({
  enabled: optional.flag.describe('false: replicationFactor and crossRegion are ignored.'),
  replicationFactor: optional.positive.describe('Replicas that take turns at most; the others are fallbacks.'),
  crossRegion: optional.flag.describe('Choose replicas in different regions and at different providers first.'),
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
