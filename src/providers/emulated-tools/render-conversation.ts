import type { ImagePart, Message, TextPart, ToolCall } from '../../domain/completion-request.ts';
import { argumentsObject } from '../arguments-object.ts';

type Part = TextPart | ImagePart;

type ToolMessage = Extract<Message, { role: 'tool' }>;

/** The calls of the latest turn: several of the same tool are told apart by their number. */
type CallsOfTurn = readonly Pick<ToolCall, 'id' | 'name'>[];

/**
 * A conversation without tools in it: calls become the JSON that the model is told to write, results become one message
 * of the user for each turn, in the order of their calls, since nothing but that order tells them apart. `instructions`
 * stand behind the leading system messages, in the last of them.
 */
export function renderConversation(messages: readonly Message[], instructions: string | null): readonly Message[] {
  const rendered: Message[] = [];
  let calls: CallsOfTurn = [];
  let results: ToolMessage[] = [];
  const showResults = () => {
    if (results.length > 0) rendered.push({ role: 'user', content: renderResults(results, calls) });
    results = [];
  };
  for (const message of messages) {
    if (message.role === 'tool') {
      results.push(message);
      continue;
    }
    showResults();
    if (message.role === 'assistant') {
      calls = message.toolCalls ?? [];
      rendered.push(renderAssistant(message));
    } else rendered.push(message);
  }
  showResults();
  return instructions === null ? rendered : withInstructions(rendered, instructions);
}

/** Results of calls that nobody made come last. */
function renderResults(results: readonly ToolMessage[], calls: CallsOfTurn): readonly Part[] {
  const left = [...calls.entries()];
  const placed = results.map((result) => {
    const at = left.findIndex(([, { id }]) => id === result.toolCallId);
    const [entry] = at < 0 ? [] : left.splice(at, 1);
    return { result, place: entry?.[0] ?? calls.length, name: entry?.[1].name };
  });
  placed.sort((a, b) => a.place - b.place);
  return placed.flatMap(({ result, place, name }) => {
    const number = calls.length > 1 ? `call ${place + 1}, ` : '';
    return resultParts(result, name === undefined ? `the call ${result.toolCallId}` : number + name);
  });
}

function renderAssistant(message: Extract<Message, { role: 'assistant' }>): Message {
  const { toolCalls, content, reasoning } = message;
  if (!toolCalls?.length) return message;
  const written = JSON.stringify({ tool_calls: toolCalls.map(({ name, arguments: text }) => toWritten(name, text)) });
  const text = typeof content === 'string' ? content : (content ?? []).map((part) => part.text).join('\n');
  return {
    role: 'assistant',
    content: text.trim() === '' ? written : `${text.trimEnd()}\n${written}`,
    ...(reasoning ? { reasoning } : {}),
  };
}

function toWritten(name: string, text: ToolCall['arguments']): unknown {
  return { name, arguments: argumentsObject(text) };
}

function resultParts({ content, isError }: ToolMessage, whose: string): readonly Part[] {
  const head = `${isError ? 'Error' : 'Result'} of ${whose}:\n`;
  const parts: readonly Part[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  const [first, ...others] = parts;
  if (first?.type === 'text') return [{ ...first, text: head + first.text }, ...others];
  return [{ type: 'text', text: head }, ...parts];
}

/** Several system messages are one too many for some models, so the last of the leading ones grows. */
function withInstructions(messages: readonly Message[], instructions: string): readonly Message[] {
  const firstTurn = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer');
  const at = firstTurn < 0 ? messages.length : firstTurn;
  const last = messages[at - 1];
  if (at === 0 || (last?.role !== 'system' && last?.role !== 'developer')) {
    return [{ role: 'system', content: instructions }, ...messages];
  }
  const content =
    typeof last.content === 'string'
      ? `${last.content}\n\n${instructions}`
      : [...last.content, { type: 'text' as const, text: instructions }];
  return [...messages.slice(0, at - 1), { ...last, content }, ...messages.slice(at)];
}
