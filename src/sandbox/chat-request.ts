/** What the sandbox reads of a chat completion request; everything else is logged and ignored. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream: boolean;
  /** `stream_options.include_usage`. */
  readonly includeUsage: boolean;
  readonly maxTokens: number | null;
  readonly tools: readonly OfferedTool[];
  readonly toolChoice: 'auto' | 'none' | 'required' | { readonly name: string };
  readonly format: { readonly type: 'text' | 'json' } | { readonly type: 'schema'; readonly schema: unknown };
}

export interface ChatMessage {
  readonly role: string;
  readonly text: string;
}

export interface OfferedTool {
  readonly name: string;
  readonly parameters: unknown;
}

type Json = Record<string, unknown>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The request in a body, or what is wrong with it, in the words of OpenAI's API. */
export function readChatRequest(body: unknown): ChatRequest | { readonly problem: string } {
  if (!isJson(body)) return { problem: 'The body is not a JSON object.' };
  const { model, messages } = body;
  if (typeof model !== 'string' || model === '') return { problem: 'You must provide a model parameter.' };
  if (!Array.isArray(messages) || messages.length === 0) {
    return { problem: "'messages' must be a list of at least one message." };
  }
  const read = messages.map(readMessage);
  const wrong = read.indexOf(null);
  if (wrong >= 0) return { problem: `'messages[${wrong}]' has no role, or content of no known kind.` };
  const options = isJson(body['stream_options']) ? body['stream_options'] : {};
  const maxTokens = body['max_completion_tokens'] ?? body['max_tokens'];
  return {
    model,
    messages: read.filter((message) => message !== null),
    stream: body['stream'] === true,
    includeUsage: options['include_usage'] === true,
    maxTokens: typeof maxTokens === 'number' && maxTokens > 0 ? Math.floor(maxTokens) : null,
    tools: Array.isArray(body['tools']) ? body['tools'].flatMap(readTool) : [],
    toolChoice: readToolChoice(body['tool_choice']),
    format: readFormat(body['response_format']),
  };
}

export function lastUserText(request: ChatRequest): string {
  return request.messages.findLast((message) => message.role === 'user')?.text ?? '';
}

function readMessage(message: unknown): ChatMessage | null {
  if (!isJson(message) || typeof message['role'] !== 'string') return null;
  const { role, content } = message;
  const calls = message['tool_calls'] === undefined ? '' : JSON.stringify(message['tool_calls']);
  if (content === undefined || content === null) return { role, text: calls };
  if (typeof content === 'string') return { role, text: content + calls };
  if (!Array.isArray(content)) return null;
  const texts = content.map((part) => (isJson(part) && typeof part['text'] === 'string' ? part['text'] : ''));
  return { role, text: texts.join('') + calls };
}

function readTool(tool: unknown): OfferedTool[] {
  const called = isJson(tool) && isJson(tool['function']) ? tool['function'] : {};
  return typeof called['name'] === 'string' ? [{ name: called['name'], parameters: called['parameters'] ?? {} }] : [];
}

function readToolChoice(choice: unknown): ChatRequest['toolChoice'] {
  if (choice === 'none' || choice === 'required') return choice;
  const named = isJson(choice) && isJson(choice['function']) ? choice['function']['name'] : undefined;
  return typeof named === 'string' ? { name: named } : 'auto';
}

function readFormat(format: unknown): ChatRequest['format'] {
  if (!isJson(format)) return { type: 'text' };
  if (format['type'] === 'json_object') return { type: 'json' };
  const named = format['json_schema'];
  if (format['type'] !== 'json_schema' || !isJson(named)) return { type: 'text' };
  return { type: 'schema', schema: named['schema'] ?? {} };
}
