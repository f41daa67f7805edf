import { Buffer } from 'node:buffer';
import type { Context, Handler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { EmbeddingOutcome, EmbeddingRequest } from '../domain/embedding.ts';
import { FareboxError } from '../domain/errors.ts';
import { toUsdString } from '../domain/money.ts';
import type { EngineSource } from '../pipeline/engine.ts';
import { toOpenAiError } from './openai-error.ts';

interface EmbeddingsBody {
  readonly request: EmbeddingRequest;
  readonly format: 'float' | 'base64';
}

/** `POST /v1/embeddings` in OpenAI's shape. Which call it was, and what it cost, stands in `x-farebox-*` headers. */
export function embeddingsRoute(engine: EngineSource): Handler {
  return async (c) => {
    try {
      const { request, format } = readEmbeddingsBody(await readJson(c), c.req.header('user-agent'));
      const { embeddings } = await engine();
      const outcome = await embeddings.embed(request, c.req.raw.signal);
      for (const [name, value] of Object.entries(headersOf(outcome))) c.header(name, value);
      if (outcome.vectors === null) throw outcome.error ?? new FareboxError('internal', 'No vectors came.');
      return c.json({
        object: 'list',
        data: outcome.vectors.map((vector, index) => ({
          object: 'embedding',
          index,
          embedding: format === 'base64' ? toBase64(vector) : vector,
        })),
        model: outcome.model,
        usage: {
          prompt_tokens: outcome.usage?.inputTokens ?? 0,
          total_tokens: outcome.usage?.inputTokens ?? 0,
        },
      });
    } catch (error) {
      if (!(error instanceof FareboxError)) throw error;
      const { status, headers, body } = toOpenAiError(error);
      for (const [name, value] of Object.entries(headers)) c.header(name, value);
      return c.json(body, status as ContentfulStatusCode);
    }
  };
}

async function readJson(c: Context): Promise<unknown> {
  const text = await c.req.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid('The body is no JSON.', 'Send {"input": "a text"}.', cause);
  }
}

/** A client's body → the request. Throws `invalid_request`. Fields that change nothing (`user`) are let pass. */
export function readEmbeddingsBody(body: unknown, userAgent: string | undefined): EmbeddingsBody {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid('The body is no JSON object.', 'Send {"input": "a text"}.');
  }
  const { input, model, dimensions, encoding_format: format = 'float' } = body as Record<string, unknown>;
  const isGiven = (value: unknown) => value !== undefined && value !== null;
  if (isGiven(model) && typeof model !== 'string') throw invalid('model is no text.', 'Name a model, or leave it out.');
  if (isGiven(dimensions) && typeof dimensions !== 'number') {
    throw invalid('dimensions is no number.', 'Give a whole number, or leave it out.');
  }
  if (format !== 'float' && format !== 'base64') {
    throw invalid('encoding_format is neither "float" nor "base64".', 'Leave it out for lists of numbers.');
  }
  const client = userAgent?.split(/[\s/]/)[0]?.slice(0, 100);
  return {
    request: {
      inputs: readInput(input),
      ...(typeof model === 'string' && model !== '' && { model }),
      ...(typeof dimensions === 'number' && { dimensions }),
      attribution: { surface: 'http', ...(client && { client }) },
    },
    format,
  };
}

function readInput(input: unknown): readonly string[] {
  if (typeof input === 'string') return [input];
  if (Array.isArray(input) && input.length > 0 && input.every((text) => typeof text === 'string')) return input;
  const first = Array.isArray(input) ? input.find((item) => typeof item !== 'string') : undefined;
  if (typeof first === 'number' || Array.isArray(first)) {
    throw invalid(
      'input is a list of tokens, and farebox takes texts: tokens mean something else to each model.',
      'Send the texts themselves; in LangChain, check_embedding_ctx_length=False does so.',
    );
  }
  throw invalid('input is neither a text nor a list of texts.', 'Send {"input": "a text"}, or a list of texts.');
}

function headersOf({ callId, model, provider, cost }: EmbeddingOutcome): Record<string, string> {
  return {
    'x-farebox-call-id': callId,
    ...(model !== null && { 'x-farebox-model': headerText(model) }),
    ...(provider !== null && { 'x-farebox-provider': headerText(provider) }),
    ...(cost.amount !== null && { 'x-farebox-cost-usd': toUsdString(cost.amount) }),
  };
}

/** Names come from configurations; a header takes no others than these. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

/** 32-bit floats, little end first, as OpenAI's own clients read them. */
function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}

function invalid(message: string, remedy: string, cause?: unknown): FareboxError {
  return new FareboxError('invalid_request', message, { remedy, ...(cause !== undefined && { cause }) });
}
