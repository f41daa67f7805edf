import type { Tool as ToolDefinition } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Tool } from './tool.ts';

/** The tools as `tools/list` shows them: in the registry's order, their schemas without what costs tokens and says nothing. */
export function toolDefinitions(tools: readonly Tool[]): ToolDefinition[] {
  return tools.map((tool) => ({
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: jsonSchema(tool.input, 'input'),
    ...(tool.output && { outputSchema: jsonSchema(tool.output, 'output') }),
    annotations: { title: tool.title, ...tool.annotations },
  }));
}

function jsonSchema(schema: z.ZodObject, io: 'input' | 'output'): ToolDefinition['inputSchema'] {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema: part }) => {
      // zod bounds every integer by what a float can hold: true, and noise to a model.
      if (part.maximum === Number.MAX_SAFE_INTEGER) delete part.maximum;
      if (part.minimum === Number.MIN_SAFE_INTEGER) delete part.minimum;
      if (io === 'output') delete part.additionalProperties;
      else if (isEmpty(part.additionalProperties)) part.additionalProperties = true;
    },
  });
  return { ...rest, type: 'object' } as ToolDefinition['inputSchema'];
}

/** `{}` accepts anything, as `true` does; some clients' linters only understand the latter. */
function isEmpty(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && Object.keys(schema).length === 0;
}
