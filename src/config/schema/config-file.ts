import * as z from 'zod';
import { budgetsSchema } from './budgets.ts';
import { checksSchema } from './checks.ts';
import { complianceSchema } from './compliance.ts';
import { deploymentSchema } from './deployment.ts';
import { optional, text } from './fields.ts';
import { estimatedCostsSchema, metadataSchema } from './metadata.ts';
import { modelSchema, modelsSchema } from './models.ts';
import { monitoringSchema } from './monitoring.ts';
import { optimizationSchema } from './optimization.ts';
import { policySchema } from './policy.ts';
import { providersSchema } from './providers.ts';
import { rolesSchema } from './roles.ts';
import { routingSchema } from './routing.ts';
import { serversSchema } from './servers.ts';

/** A configuration file. Profiles and users' files are the same thing; what a file leaves out comes from its base. */
export const configFileSchema = z.strictObject({
  $schema: z.string().optional().describe('For editors.'),
  name: optional.name.describe('The profile’s name; `custom` where a user’s file has none.'),
  version: optional.text,
  description: optional.text,
  extends: optional.text.describe(
    'A shipped profile (budget, balanced, premium, hybrid) or a file, relative to this one.',
  ),
  models: modelsSchema.optional(),
  catalogue: z.array(modelSchema).optional().describe('Models beside the slots: known, priced and routable by name.'),
  routing: routingSchema.optional(),
  monitoring: monitoringSchema.optional(),
  optimization: optimizationSchema.optional(),
  deployment: deploymentSchema.optional(),
  estimatedCosts: estimatedCostsSchema.optional(),
  compliance: complianceSchema.optional(),
  metadata: metadataSchema.optional(),
  providers: providersSchema.optional().describe('Providers by name; the built-in ones need only a key.'),
  aliases: z.record(z.string(), text).optional().describe('Name → model, provider/model, profile or auto.'),
  budgets: budgetsSchema.optional(),
  policy: policySchema.optional(),
  checks: checksSchema.optional().describe('Commands that answers may be checked by, by name.'),
  roles: rolesSchema.optional(),
  servers: serversSchema.optional().describe('Downstream MCP servers.'),
});

export type RawConfig = z.infer<typeof configFileSchema>;
