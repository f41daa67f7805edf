import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { registerPrompts } from '../../src/mcp/prompts.ts';
import { registerResources } from '../../src/mcp/resources.ts';
import type { McpServerDeps } from '../../src/mcp/server-deps.ts';
import { toolDefinitions } from '../../src/mcp/tool-definitions.ts';
import { TOOLS } from '../../src/mcp/tools/registry.ts';
import { type JsonSchema, typeText } from './json-schema.ts';
import { code, paper, sentence, table } from './markdown.ts';

const INTRO = `What farebox offers over MCP, the same over stdio (\`farebox mcp\`) and over HTTP (\`/mcp\` of \`farebox serve\`). An argument
in **bold** is required; a value in round brackets is taken where the argument is left out. Wrong names and values are answered with the
nearest right one, and nothing is spent.`;

/** What a result is, where a schema does not say it all. */
const RESULTS: Readonly<Record<string, string>> = {
  route_completion: `Text: the answer, an empty line, and one line with model, provider, cost, saving, tokens and call id. With
\`json_schema\` the text is the JSON alone, the same object is in \`structuredContent\`, and an answer that does not fit is an error. The
facts of the call, as \`farebox ask --json\` prints them without the answer, are in \`_meta["farebox/call"]\`. With \`dry_run\` the result is the
decision, as \`farebox route --json\` prints it. A result with \`isError\` is no answer: its text says what happened, what was spent and what to
do next.`,
};

/** `docs/tools.md`: tools, resources and prompts as clients see them. */
export function toolsPaper(): string {
  return paper('MCP tools, resources and prompts', INTRO, [
    ...toolDefinitions(TOOLS).map(toolSection),
    `## Resources\n\nAll are JSON.\n\n${table(
      ['uri', 'what'],
      listResources().map(({ uri, description }) => [code(uri), sentence(description)]),
    )}`,
    `## Prompts\n\nClients show them as commands, for example \`/mcp__farebox__cost\` in Claude Code.\n\n${table(
      ['name', 'what', 'arguments'],
      listPrompts().map(({ name, description, args }) => [code(name), sentence(description), args]),
    )}`,
  ]);
}

function toolSection(tool: ReturnType<typeof toolDefinitions>[number]): string {
  const input = tool.inputSchema as JsonSchema;
  const rows = Object.entries(input.properties ?? {}).map(([name, schema]) => [
    input.required?.includes(name) ? `**${code(name)}**` : code(name),
    typeText(schema),
    schema.description ?? '',
  ]);
  const { title: _title, ...hints } = tool.annotations ?? {};
  const annotations = Object.entries(hints).map(([name, value]) => `${name} ${value}`);
  const output = tool.outputSchema as JsonSchema | undefined;
  const result = [RESULTS[tool.name], output && `Structured, and the same as text: ${resultShape(output)}.`];
  return [
    `## ${tool.name}`,
    tool.description ?? '',
    `Annotations: ${annotations.join(', ')}.`,
    table(['argument', 'type', 'meaning'], rows),
    `**Result.** ${result.filter(Boolean).join(' ')}`,
  ].join('\n\n');
}

function resultShape(output: JsonSchema): string {
  return Object.entries(output.properties ?? {})
    .map(([name, schema]) => `${code(name)} (${typeText(schema)})`)
    .join(', ');
}

function listResources(): readonly { readonly uri: string; readonly description: string }[] {
  const found: { uri: string; description: string }[] = [];
  const recorder = {
    registerResource: (_name: string, uri: string, { description }: { description: string }) =>
      found.push({ uri, description }),
  };
  // Listing needs no engine; only reading does, and nothing is read here.
  registerResources(recorder as unknown as McpServer, {} as McpServerDeps);
  return found;
}

interface RegisteredPrompt {
  readonly name: string;
  readonly description: string;
  readonly args: string;
}

function listPrompts(): readonly RegisteredPrompt[] {
  const found: RegisteredPrompt[] = [];
  const recorder = {
    registerPrompt: (name: string, { description, argsSchema }: { description: string; argsSchema: z.ZodObject }) =>
      found.push({ name, description, args: promptArguments(argsSchema) }),
  };
  registerPrompts(recorder as unknown as McpServer);
  return found;
}

function promptArguments(argsSchema: z.ZodObject): string {
  const schema = z.toJSONSchema(argsSchema, { io: 'input' }) as JsonSchema;
  return Object.entries(schema.properties ?? {})
    .map(([name, { description = '' }]) => {
      const shown = schema.required?.includes(name) ? `**${code(name)}**` : code(name);
      return `${shown}: ${description}`;
    })
    .join('; ');
}
