import { get } from 'node:http';
import { isRecord, listAt, parseJson, textAt } from './translate/read-json.ts';

const MAX_BYTES = 4 * 1024 * 1024;

/**
 * The models that an Ollama at this address has, empty where it has none yet; null where none runs there. Asked of
 * `/api/tags` at the root of the base URL's host, and given up after `timeoutMs`, so that a start-up may wait for it.
 */
export function discoverOllama(
  baseUrl: string,
  { timeoutMs = 300 }: { readonly timeoutMs?: number } = {},
): Promise<readonly string[] | null> {
  return new Promise((resolve) => {
    const nobody = () => resolve(null);
    const request = get(
      new URL('/api/tags', baseUrl),
      { signal: AbortSignal.timeout(timeoutMs), agent: false },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          body += text;
          if (body.length > MAX_BYTES) request.destroy();
        });
        response.on('error', nobody);
        response.on('close', nobody);
        response.on('end', () => resolve(response.statusCode === 200 ? modelNames(parseJson(body)) : null));
      },
    );
    request.on('error', nobody);
  });
}

/** null for an answer that Ollama would not give: something else listens there. */
function modelNames(body: unknown): readonly string[] | null {
  if (!isRecord(body) || !Array.isArray(body['models'])) return null;
  return listAt(body, 'models')
    .filter(isRecord)
    .flatMap((model) => textAt(model, 'name') ?? []);
}
