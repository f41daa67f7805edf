import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PlainRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined where there is none. */
  readonly body: unknown;
}

export interface PlainServer {
  /** Base URL with `/v1`. */
  readonly url: string;
  readonly requests: readonly PlainRequest[];
  /** Sockets that were opened so far. */
  sockets(): number;
  close(): Promise<void>;
}

/**
 * A plain HTTP server that answers every request by `respond`: without one, with the same completion as JSON, streamed
 * or not, as fixed-answer servers do. Logs what it got.
 */
export async function startPlainServer(
  respond: (request: PlainRequest, response: ServerResponse) => void = (request, response) =>
    respondJson(response, fixedCompletion(request.body)),
): Promise<PlainServer> {
  const requests: PlainRequest[] = [];
  let sockets = 0;
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const request: PlainRequest = {
        method: message.method ?? '',
        path: message.url ?? '',
        headers: message.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
      requests.push(request);
      respond(request, response);
    });
  });
  server.on('connection', () => sockets++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    sockets: () => sockets,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function respondJson(response: ServerResponse, body: unknown, status = 200, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** 1,000 input and 500 output tokens, so that costs are easily reckoned. */
export function fixedCompletion(body: unknown): unknown {
  const model = typeof body === 'object' && body !== null && 'model' in body ? body.model : 'unknown';
  return {
    id: 'chatcmpl-fixed',
    object: 'chat.completion',
    created: 1_700_000_000,
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: 'A fixed answer.' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 },
  };
}
