import { Buffer } from 'node:buffer';
import type { CompletionRequest, ImagePart, Message } from '../domain/completion-request.ts';
import { UNKNOWN_IMAGE_TOKENS } from '../tokens/image-tokens.ts';

/** Tokens that a message's role, name and separators may take. */
const MESSAGE_OVERHEAD = 16;
/** For what stands around all messages: beginning of text, a provider's default system line. */
const REQUEST_OVERHEAD = 64;
/** For the instructions that a provider puts in front of tools (up to about 800 tokens at Anthropic). */
const TOOLS_OVERHEAD = 1024;
/**
 * The dearest image known: OpenAI's gpt-4o-mini counts 2,833 + 5,667 for each of at most eight tiles (48,169 tokens);
 * an image of low detail 2,833.
 */
const IMAGE_BOUND = 50_000;
const LOW_DETAIL_IMAGE_BOUND = 3_000;
/** Characters of a text that are looked at to tell its script. */
const SAMPLE = 512;

/**
 * A number of input tokens that no tokenizer exceeds, for reserving money: a byte-level tokenizer makes at most one
 * token of a byte of UTF-8, so the bytes of all texts and of the JSON of tools and schema, plus what templates add.
 */
export function upperBound(request: CompletionRequest): number {
  let tokens = REQUEST_OVERHEAD;
  for (const message of request.messages) tokens += MESSAGE_OVERHEAD + messageSize(message, utf8Bytes, imageBound);
  if (request.tools?.length) tokens += TOOLS_OVERHEAD + MESSAGE_OVERHEAD * request.tools.length;
  return tokens + attachedSize(request, (value) => utf8Bytes(JSON.stringify(value)));
}

/** The input tokens to expect, for choosing: about four characters a token, fewer where the script is not Latin. */
export function estimateTokens(request: CompletionRequest): number {
  let tokens = 3;
  for (const message of request.messages) tokens += 4 + messageSize(message, textTokens, () => UNKNOWN_IMAGE_TOKENS);
  return Math.ceil(tokens + attachedSize(request, jsonTokens));
}

/** The tokens to expect of a text. Looks at 512 characters at most, spread over the text. */
export function textTokens(text: string): number {
  const step = Math.max(1, Math.floor(text.length / SAMPLE));
  let looked = 0;
  let tokens = 0;
  for (let i = 0; i < text.length && looked < SAMPLE; i += step) {
    const code = text.charCodeAt(i);
    tokens += code < 0x80 ? 0.25 : code < 0x800 ? 0.5 : 0.9;
    looked++;
  }
  return looked === 0 ? 0 : (tokens / looked) * text.length;
}

function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

function imageBound(part: ImagePart): number {
  return part.detail === 'low' ? LOW_DETAIL_IMAGE_BOUND : IMAGE_BOUND;
}

function messageSize(message: Message, size: (text: string) => number, imageSize: (part: ImagePart) => number): number {
  let total = 0;
  const { content } = message;
  if (typeof content === 'string') total += size(content);
  else for (const part of content ?? []) total += part.type === 'text' ? size(part.text) : imageSize(part);
  if (message.role === 'assistant') {
    for (const call of message.toolCalls ?? []) {
      total += MESSAGE_OVERHEAD + size(call.id) + size(call.name) + size(call.arguments);
    }
  }
  if (message.role === 'tool') total += size(message.toolCallId);
  return total;
}

/** Size of the tool definitions and of the JSON schema of the answer. */
function attachedSize(request: CompletionRequest, size: (value: object) => number): number {
  let total = 0;
  if (request.tools?.length) total += size(request.tools);
  if (request.responseFormat?.type === 'json_schema') total += size(request.responseFormat);
  return total;
}

/** About the tokens of a value as JSON, without making the JSON. */
function jsonTokens(value: unknown): number {
  if (typeof value === 'string') return value.length / 4 + 1;
  if (typeof value !== 'object' || value === null) return 1;
  let tokens = 1;
  if (Array.isArray(value)) for (const item of value) tokens += jsonTokens(item);
  else for (const key in value) tokens += 1 + key.length / 4 + jsonTokens((value as Record<string, unknown>)[key]);
  return tokens;
}
