import { z } from 'zod';
import { defineTool, structuredResult } from '../tool.ts';
import { DEFAULT_NAMESPACE } from './memory-store.ts';

export const memoryForget = defineTool({
  name: 'memory_forget',
  title: 'Forget memories',
  description:
    'Use when memories are wrong or somebody asks to forget them. Not to correct one: store it again with the same key, or with supersedes. ' +
    'Name ids, or a key, or a whole namespace.',
  input: z.strictObject({
    ids: z.array(z.string()).min(1).max(1000).optional(),
    key: z.string().optional().describe(`In the namespace (${DEFAULT_NAMESPACE})`),
    namespace: z.string().optional().describe('Without key: everything in it'),
    hard: z.boolean().optional().describe('Erase with all history, not just hide (false)'),
  }),
  output: z.object({ forgotten: z.int() }),
  annotations: { readOnlyHint: false, idempotentHint: true, destructiveHint: true, openWorldHint: false },
  async handle({ engine: engineSource }, args) {
    const { memory } = await engineSource();
    const namespace = args.namespace ?? (args.key === undefined ? undefined : DEFAULT_NAMESPACE);
    const forgotten = memory.forget({
      ...(args.ids && { ids: args.ids }),
      ...(args.key !== undefined && { key: args.key }),
      ...(namespace !== undefined && { namespace }),
      hard: args.hard ?? false,
    });
    return structuredResult(`forgotten: ${forgotten}`, { forgotten });
  },
});
