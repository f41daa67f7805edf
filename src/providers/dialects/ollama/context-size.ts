import { Buffer } from 'node:buffer';

/** What Ollama reserves unless it is told otherwise; less would only make it load the model anew. */
const LEAST = 4_096;
/** For the template around the messages, beside what they consist of. */
const TEMPLATE = 256;
/** Vision models of 2025 and 2026 count between 256 and 1,600 tokens an image. */
const PER_IMAGE = 1_600;
/** Dense text (code, digits, JSON) has some three characters to a token, where it is Latin. */
const CHARACTERS_PER_TOKEN = 3;

/** What a prompt consists of, as far as its size goes. */
export interface PromptSize {
  /** All texts as they are sent, tools and schema included. */
  readonly json: string;
  readonly images: number;
  /** Tokens that the answer may have. */
  readonly output: number;
}

/**
 * The context to ask for: room for the prompt, counted generously, and for the answer. It comes in powers of two, since
 * a model is loaded anew for every other size, and ends at the model's own window.
 */
export function contextSize({ json, images, output }: PromptSize, window: number): number {
  const needed = TEMPLATE + promptTokens(json) + images * PER_IMAGE + output;
  let size = LEAST;
  while (size < needed) size *= 2;
  return Math.min(size, Math.max(window, 1));
}

/** Never fewer than there are, for all that people write: what UTF-8 needs beyond one byte a character counts in full. */
function promptTokens(json: string): number {
  const beyond = Buffer.byteLength(json, 'utf8') - json.length;
  return Math.ceil(json.length / CHARACTERS_PER_TOKEN) + beyond;
}
