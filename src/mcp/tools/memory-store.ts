import { z } from 'zod';
import { MEMORY_KINDS } from '../../memory/memory.ts';
import { defineTool, structuredResult } from '../tool.ts';

/** Where memories go and are looked up by key when no namespace is named. */
export const DEFAULT_NAMESPACE = 'default';

export const memoryStore = defineTool({
  name: 'memory_store',
  title: 'Store a memory',
  description:
    'Use to keep a fact, decision, preference or result that a later session or another agent will need. Not for secrets, nor for what ' +
    'stands in the files already. With a key it replaces what the key held (history is kept); the same content twice is one memory.',
  input: z.strictObject({
    content: z.string().describe('Complete sentences that are understood without this conversation'),
    key: z.string().optional().describe('Stable name, to update it later'),
    namespace: z.string().optional().describe(`e.g. the project (${DEFAULT_NAMESPACE})`),
    kind: z.enum(MEMORY_KINDS).optional().describe('(note)'),
    tags: z.array(z.string()).optional(),
    ttl_days: z.number().positive().max(36_500).optional().describe('Forget after'),
    supersedes: z.string().optional().describe('Id of the memory that this one replaces'),
  }),
  output: z.object({ id: z.string(), status: z.enum(['created', 'updated', 'duplicate']), version: z.int() }),
  annotations: { readOnlyHint: false, idempotentHint: true, destructiveHint: false, openWorldHint: false },
  async handle({ engine: engineSource }, args, { client }) {
    const { memory } = await engineSource();
    const stored = memory.store({
      content: args.content,
      ...(args.key !== undefined && { key: args.key }),
      namespace: args.namespace ?? DEFAULT_NAMESPACE,
      kind: args.kind ?? 'note',
      tags: args.tags ?? [],
      ...(args.ttl_days !== undefined && { ttlDays: args.ttl_days }),
      ...(args.supersedes !== undefined && { supersedes: args.supersedes }),
      source: client ?? 'mcp',
    });
    return structuredResult(`${stored.status} ${stored.id}, version ${stored.version}`, stored);
  },
});
