import type { CompletionRequest, ToolDefinition } from '../../../domain/completion-request.ts';
import { isRecord } from '../../../lib/json-value.ts';
import { toCacheControl } from '../../cache-control.ts';
import type { ProviderCall } from '../../provider.ts';
import type { ToolNames } from '../../tool-names.ts';
import { untranslatable } from '../../untranslatable.ts';
import { toClosedSchema } from './closed-schema.ts';
import type { ModelTraits } from './model-traits.ts';
import type { AnthropicBody, WireTool, WireToolChoice } from './wire.ts';

type Schema = Readonly<Record<string, unknown>>;

/**
 * Tools and the choice between them; nothing where there are none. A conversation that calls tools and brings none is
 * refused by the API: those that were called are declared, and must not be called again.
 */
export function toToolParams(
  call: ProviderCall,
  names: ToolNames,
  traits: ModelTraits,
): Pick<AnthropicBody, 'tools' | 'tool_choice'> {
  const { tools } = call.request;
  if (!tools?.length) {
    const called = calledTools(call.request).map((name) => ({ name: names.toWire(name), input_schema: NOTHING_KNOWN }));
    return called.length > 0 ? { tools: called, tool_choice: { type: 'none' } } : {};
  }
  const choice = toToolChoice(call.request, names);
  if ((choice?.type === 'any' || choice?.type === 'tool') && !traits.forcedTools) {
    throw untranslatable(
      call,
      `${call.deployment.upstreamModel} refuses to be made to call a tool; leave \`tool_choice\` to it (auto), or name another model.`,
    );
  }
  return {
    tools: tools.map((tool) => toTool(tool, call, names, traits)),
    ...(choice ? { tool_choice: choice } : {}),
  };
}

const NOTHING_KNOWN: Schema = { type: 'object' };

/** The names in the calls of a conversation, in their order. */
function calledTools({ messages }: CompletionRequest): readonly string[] {
  const calls = messages.flatMap((message) => (message.role === 'assistant' ? (message.toolCalls ?? []) : []));
  return [...new Set(calls.map(({ name }) => name))];
}

function toToolChoice(request: CompletionRequest, names: ToolNames): WireToolChoice | undefined {
  const { toolChoice, parallelToolCalls } = request;
  const parallel = parallelToolCalls === undefined ? {} : { disable_parallel_tool_use: !parallelToolCalls };
  if (toolChoice === 'none') return { type: 'none' };
  if (toolChoice === 'required') return { type: 'any', ...parallel };
  if (typeof toolChoice === 'object') return { type: 'tool', name: names.toWire(toolChoice.name), ...parallel };
  return toolChoice === undefined && parallelToolCalls === undefined ? undefined : { type: 'auto', ...parallel };
}

function toTool(tool: ToolDefinition, call: ProviderCall, names: ToolNames, traits: ModelTraits): WireTool {
  const strict = tool.strict && traits.schemas ? toClosedSchema(tool.parameters) : null;
  const { schema, told } = toInputSchema(strict ?? tool.parameters, tool.name, call);
  const description = [tool.description ?? '', told].filter((each) => each !== '').join('\n\n');
  return {
    name: names.toWire(tool.name),
    ...(description === '' ? {} : { description }),
    input_schema: schema,
    ...(strict ? { strict: true } : {}),
    ...(tool.cacheControl ? { cache_control: toCacheControl(tool.cacheControl) } : {}),
  };
}

const COMBINATORS = ['anyOf', 'oneOf', 'allOf'] as const;

/**
 * The schema as the API takes it: an object at its top, without a choice of several there. Such a choice becomes an object
 * with the properties of all, and the tool's description tells the rest.
 */
function toInputSchema(schema: Schema, name: string, call: ProviderCall): { schema: Schema; told: string } {
  const { type } = schema;
  if (type !== undefined && type !== 'object' && !(Array.isArray(type) && type.includes('object'))) {
    throw untranslatable(
      call,
      `The tool ${JSON.stringify(name)} takes ${JSON.stringify(type)}; Anthropic's tools take an object.`,
    );
  }
  const used = COMBINATORS.filter((each) => Array.isArray(schema[each]));
  if (used.length === 0) return { schema: type === 'object' ? schema : { ...schema, type: 'object' }, told: '' };
  const kept: Record<string, unknown> = { ...schema, type: 'object' };
  const rules: Record<string, unknown> = {};
  let properties: Record<string, unknown> = {};
  for (const each of used) {
    const branches = (schema[each] as readonly unknown[]).filter(isRecord);
    for (const branch of branches)
      if (isRecord(branch['properties'])) properties = { ...branch['properties'], ...properties };
    rules[each] = schema[each];
    delete kept[each];
  }
  kept['properties'] = { ...properties, ...(isRecord(schema['properties']) ? schema['properties'] : {}) };
  return { schema: kept, told: `The arguments must also satisfy this JSON Schema: ${JSON.stringify(rules)}` };
}
