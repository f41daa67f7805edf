import { request as overHttp } from 'node:http';
import { request as overTls } from 'node:https';
import { parseJson } from '../lib/json-value.ts';

const MAX_BYTES = 4 * 1024 * 1024;

/**
 * What an Ollama answers at a path of its API, as JSON: to a POST where there is a body, else to a GET. undefined where
 * nobody answers with success in `timeoutMs`, so that a start-up may wait for it. `baseUrl` may end with `/v1`.
 */
export function askOllama(baseUrl: string, path: string, timeoutMs: number, body?: object): Promise<unknown> {
  const url = new URL(baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '') + path);
  const request = url.protocol === 'https:' ? overTls : overHttp;
  return new Promise((resolve) => {
    const nobody = () => resolve(undefined);
    const asked = request(
      url,
      {
        method: body ? 'POST' : 'GET',
        headers: body ? { 'content-type': 'application/json' } : {},
        signal: AbortSignal.timeout(timeoutMs),
        agent: false,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          text += piece;
          if (text.length > MAX_BYTES) asked.destroy();
        });
        response.on('error', nobody);
        response.on('close', nobody);
        response.on('end', () => resolve(response.statusCode === 200 ? parseJson(text) : undefined));
      },
    );
    asked.on('error', nobody);
    asked.end(body ? JSON.stringify(body) : undefined);
  });
}
