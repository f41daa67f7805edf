import * as z from 'zod';
import { name, optional } from './fields.ts';

/** A downstream MCP server in the usual `mcpServers` shape. */
export const serverSchema = z.strictObject({
  type: z.enum(['stdio', 'http', 'sse']).optional(),
  command: optional.text,
  args: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  cwd: optional.text,
  url: optional.text,
  headers: z.record(z.string(), z.string()).optional(),
  enabled: optional.flag,
});

export const serversSchema = z.record(name, serverSchema);
