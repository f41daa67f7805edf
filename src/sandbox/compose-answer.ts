import { type ChatRequest, lastUserText, type OfferedTool } from './chat-request.ts';
import type { SandboxModel } from './sandbox-models.ts';
import { valueForSchema } from './schema-value.ts';
import type { Behaviour, ScriptedToolCall } from './script.ts';
import { toTokens } from './tokens.ts';

export interface ComposedAnswer {
  readonly reasoning: readonly string[];
  /** The text in tokens. */
  readonly tokens: readonly string[];
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  readonly finishReason: string | null;
}

/** What a simulated model says: as scripted, else made up from the request; the same for the same request. */
export function composeAnswer(request: ChatRequest, model: SandboxModel, behaviour: Behaviour): ComposedAnswer {
  const scripted = behaviour.text ?? (behaviour.tokens === undefined ? undefined : numberedTokens(behaviour.tokens));
  const isScripted = scripted !== undefined || behaviour.toolCalls !== undefined;
  const calls = behaviour.toolCalls ?? (isScripted ? [] : inventToolCalls(request));
  const text = scripted ?? (calls.length > 0 ? '' : inventText(request, model));
  const all = toTokens(text);
  const tokens = request.maxTokens !== null && !isScripted ? all.slice(0, request.maxTokens) : all;
  const reasoning = behaviour.reasoning ?? (model.reasons && !isScripted ? 'This is simulated reasoning. ' : '');
  const natural = tokens.length < all.length ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop';
  return {
    reasoning: toTokens(reasoning),
    tokens,
    toolCalls: calls.map(withId),
    finishReason: behaviour.finishReason === undefined ? natural : behaviour.finishReason,
  };
}

/** Exactly `count` tokens that a reader can check for gaps: `t1 t2 t3 …`. */
function numberedTokens(count: number): string {
  return Array.from({ length: count }, (_, index) => `t${(index + 1) % 1000}`).join(' ');
}

function withId(call: ScriptedToolCall, index: number) {
  const text = typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments);
  return { id: `call_sandbox_${index}`, name: call.name, arguments: text };
}

/** A call where the request demands one, or offers a tool and asks for it; none right after a tool's result. */
function inventToolCalls(request: ChatRequest): readonly ScriptedToolCall[] {
  if (request.toolChoice === 'none' || request.tools.length === 0) return [];
  if (request.messages.at(-1)?.role === 'tool') return [];
  const tool = chooseTool(request);
  if (!tool) return [];
  const value = valueForSchema(tool.parameters, tool.name);
  return [{ name: tool.name, arguments: typeof value === 'object' && value !== null ? { ...value } : {} }];
}

function chooseTool({ tools, toolChoice, ...request }: ChatRequest): OfferedTool | undefined {
  if (typeof toolChoice === 'object') return tools.find((tool) => tool.name === toolChoice.name);
  const prompt = lastUserText({ tools, toolChoice, ...request }).toLowerCase();
  const named = tools.find(({ name }) => {
    const words = name
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((word) => word.length > 2);
    return prompt.includes(name.toLowerCase()) || (words.length > 0 && words.every((word) => prompt.includes(word)));
  });
  const asked = toolChoice === 'required' || /\b(call|use|invoke|run)\b.{0,40}\btools?\b/.test(prompt);
  return named ?? (asked ? tools[0] : undefined);
}

function inventText(request: ChatRequest, model: SandboxModel): string {
  const { format } = request;
  const quote = quoteOf(lastUserText(request));
  const notice = `[simulated] This is a simulated answer of ${model.id} by the farebox sandbox; no model was called.`;
  if (format.type === 'schema') return JSON.stringify(valueForSchema(format.schema));
  if (format.type === 'json') return JSON.stringify({ simulated: true, model: model.id, note: notice, asked: quote });
  const last = request.messages.at(-1);
  if (last?.role === 'tool') return `${notice} The tool answered: "${quoteOf(last.text)}".`;
  return `${notice} You asked: "${quote}".\n\n${bodyFor(quote)}`;
}

/** Something in the shape of what was asked for. */
function bodyFor(prompt: string): string {
  if (/\b(code|function|implement|class|typescript|javascript|python|sql|script|refactor|bug|test)s?\b/i.test(prompt)) {
    return 'A real model would write code here, in this shape:\n\n```ts\nexport function simulated(): string {\n  return "sandbox";\n}\n```\n';
  }
  if (/\b(list|steps|plan|compare|ideas|options|pros)\b/i.test(prompt)) {
    return 'A real model would list points here:\n\n1. a first simulated point\n2. a second simulated point\n3. a third simulated point\n';
  }
  return 'A real model would answer here in a paragraph or two. Routing, budget, ledger and reports around this answer are real.';
}

function quoteOf(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const characters = [...line];
  return characters.length > 80 ? `${characters.slice(0, 80).join('')}…` : line;
}
