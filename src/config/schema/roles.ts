import * as z from 'zod';
import { name, optional, share } from './fields.ts';

export const roleSchema = z.strictObject({
  description: optional.text,
  profile: optional.name.describe('Profile that its calls are routed by.'),
  prompt: optional.text.describe('System prompt.'),
  models: z.record(z.string(), share).optional().describe('Model → share of the tasks.'),
  servers: optional.texts.describe('Downstream MCP servers that it may use.'),
  tools: optional.texts.describe('Tools that it may use.'),
  tokenBudget: optional.positive,
  maxCostUsd: optional.dollars,
});

export const rolesSchema = z.record(name, roleSchema);
