import { z } from 'zod';
import { defineTool, structuredResult } from '../tool.ts';
import { DEFAULT_NAMESPACE } from './memory-store.ts';

const THREAD = 'thread:';

/** The conversation that a namespace names; null: none. */
function threadOf(namespace: string | undefined): string | null {
  return namespace?.startsWith(THREAD) ? namespace.slice(THREAD.length) : null;
}

export const memoryForget = defineTool({
  name: 'memory_forget',
  title: 'Forget memories',
  description:
    'Use when memories are wrong or somebody asks to forget them. Not to correct one: store it again with the same key, or with supersedes. ' +
    'Name ids, or a key, or a whole namespace; namespace thread:ID erases that conversation.',
  input: z.strictObject({
    ids: z.array(z.string()).min(1).max(1000).optional(),
    key: z.string().optional().describe(`In the namespace (${DEFAULT_NAMESPACE})`),
    namespace: z.string().optional().describe('Without key: everything in it'),
    hard: z.boolean().optional().describe('Erase with all history, not just hide (false)'),
  }),
  output: z.object({ forgotten: z.int() }),
  annotations: { readOnlyHint: false, idempotentHint: true, destructiveHint: true, openWorldHint: false },
  async handle({ engine: engineSource, project }, args) {
    const { memory, threads } = await engineSource();
    const thread = args.ids || args.key !== undefined ? null : threadOf(args.namespace);
    if (thread !== null && threads.forget({ key: null, project: project ?? null }, thread)) {
      return structuredResult('forgotten: 1 conversation', { forgotten: 1 });
    }
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
