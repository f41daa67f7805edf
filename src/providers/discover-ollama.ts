import type { Capabilities } from '../domain/deployment.ts';
import { isRecord } from '../lib/json-value.ts';
import { askOllama } from './ask-ollama.ts';
import { listAt, numberAt, recordAt, textAt } from './read-json.ts';

/** A model that an Ollama has pulled. */
export interface OllamaModel {
  readonly name: string;
  /** As far as it told; older versions tell nothing. */
  readonly capabilities: Partial<Capabilities>;
}

/**
 * The most context that is asked of a machine unless its owner says more: what a model was trained for may need more
 * memory than there is.
 */
const MOST_CONTEXT = 32_768;

/**
 * The models that an Ollama at this address has and that write text, empty where it has none yet; null where none runs
 * there. It is asked for the list and then for each model, and given `timeoutMs` for either.
 */
export async function discoverOllama(
  baseUrl: string,
  { timeoutMs = 300 }: { readonly timeoutMs?: number } = {},
): Promise<readonly OllamaModel[] | null> {
  const names = modelNames(await askOllama(baseUrl, '/api/tags', timeoutMs));
  if (names === null) return null;
  const models = await Promise.all(
    names.map(async (model) => readModel(model, await askOllama(baseUrl, '/api/show', timeoutMs, { model }), baseUrl)),
  );
  return models.filter((model) => model !== null);
}

/** null for an answer that Ollama would not give: something else listens there. */
function modelNames(body: unknown): readonly string[] | null {
  if (!isRecord(body) || !Array.isArray(body['models'])) return null;
  return listAt(body, 'models')
    .filter(isRecord)
    .flatMap((model) => textAt(model, 'name') ?? []);
}

/** null for a model that writes no text, such as one for embeddings. */
function readModel(name: string, shown: unknown, baseUrl: string): OllamaModel | null {
  if (!isRecord(shown)) return { name, capabilities: {} };
  const told = listAt(shown, 'capabilities');
  if (told.length > 0 && !told.includes('completion')) return null;
  const abilities = told.length > 0 ? { toolCalling: told.includes('tools'), multimodal: told.includes('vision') } : {};
  // Its OpenAI dialect has no word for the size of the context: there it is what Ollama was started with.
  const context = baseUrl.replace(/\/+$/, '').endsWith('/v1')
    ? undefined
    : contextLength(recordAt(shown, 'model_info'));
  return { name, capabilities: { ...abilities, ...(context === undefined ? {} : { contextWindow: context }) } };
}

/** Under the name of the architecture: `qwen3.context_length`. */
function contextLength(info: Record<string, unknown> | undefined): number | undefined {
  const key = Object.keys(info ?? {}).find((name) => name.endsWith('.context_length'));
  const length = info && key ? numberAt(info, key) : undefined;
  return length !== undefined && length > 0 ? Math.min(length, MOST_CONTEXT) : undefined;
}
