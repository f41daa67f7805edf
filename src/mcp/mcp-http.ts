import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  createMcpHandler,
  isJsonContentType,
  type McpHttpHandler,
  readRequestBody,
} from '@modelcontextprotocol/server';
import type { Clock } from '../lib/clock.ts';
import { parseJson } from '../lib/json-value.ts';
import type { Random } from '../lib/random.ts';
import { cleanName } from './client-name.ts';
import { createMcpServerFactory } from './create-mcp-server.ts';
import { createInFlight, type InFlight } from './in-flight.ts';
import { mintSession } from './legacy-session.ts';
import type { ToolDeps } from './tool.ts';

export interface McpHttpDeps extends ToolDeps {
  readonly version: string;
  readonly random: Random;
  /** The largest request body; 64 MB where absent. */
  readonly maxBodyBytes?: number;
}

export interface McpHttp {
  /** Serves one request to `/mcp`. Checks neither Host nor Origin: whoever mounts it does. */
  handle(request: Request): Promise<Response>;
  /** Waits up to `graceMs` for running calls, then aborts them; resolves when all are booked. */
  close(graceMs: number): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const SESSION_HEADER = 'mcp-session-id';

/** MCP over Streamable HTTP, both eras, a fresh server for each request. */
export function createMcpHttp(deps: McpHttpDeps): McpHttp {
  const { clock, random, log, maxBodyBytes = MAX_BODY_BYTES } = deps;
  const inFlight = createInFlight();
  const handler = createMcpHandler(createMcpServerFactory({ ...deps, inFlight }), {
    maxRequestBodySize: maxBodyBytes,
    onerror: (error) => log.info('MCP over HTTP', { error: error.message }),
  });
  const cancellable = createCancellable();

  return {
    async handle(request) {
      if (request.method !== 'POST' || !isJsonContentType(request.headers.get('content-type'))) {
        return handler.fetch(request);
      }
      const body = await readRequestBody(request, maxBodyBytes);
      if (body.tooLarge) return rpcError(413, -32000, `The request body is larger than ${maxBodyBytes} bytes.`);
      const message = parseJson(body.text);
      if (message === undefined) return rpcError(400, -32700, 'The request body is not valid JSON.');
      return serve(handler, cancellable, request, message, { clock, random });
    },
    close: (graceMs) => closeAll(handler, inFlight, clock, graceMs),
  };
}

async function serve(
  handler: McpHttpHandler,
  cancellable: Cancellable,
  request: Request,
  message: unknown,
  { clock, random }: { clock: Clock; random: Random },
): Promise<Response> {
  const session = request.headers.get(SESSION_HEADER);
  const { method, id, params } = (message ?? {}) as RpcMessage;
  if (method === 'notifications/cancelled' && session) cancellable.cancel(session, params?.requestId);
  const cancel = session && id !== undefined ? cancellable.register(session, id) : undefined;
  const response = await handler.fetch(withSignal(request, cancel?.signal), { parsedBody: message });
  if (cancel) return onEnd(response, cancel.release);
  return method === 'initialize' && response.ok
    ? withHeader(response, SESSION_HEADER, mintSession(cleanName(params?.clientInfo?.name), clock, random))
    : response;
}

interface RpcMessage {
  readonly method?: unknown;
  readonly id?: unknown;
  readonly params?: { readonly requestId?: unknown; readonly clientInfo?: { readonly name?: unknown } };
}

async function closeAll(handler: McpHttpHandler, inFlight: InFlight, clock: Clock, graceMs: number): Promise<void> {
  const waited = new AbortController();
  await Promise.race([inFlight.settled(), clock.sleep(graceMs, waited.signal).catch(() => {})]);
  waited.abort();
  inFlight.abort(new Error('farebox is shutting down.'));
  await inFlight.settled();
  // A result becomes a response within the same turn; closing the handler at once would take it away.
  await nextTurn();
  await handler.close();
}

/** Running requests of legacy clients by session and id, so that a cancellation, a request of its own, finds them. */
interface Cancellable {
  register(session: string, id: unknown): { readonly signal: AbortSignal; readonly release: () => void };
  cancel(session: string, id: unknown): void;
}

function createCancellable(): Cancellable {
  const running = new Map<string, AbortController>();
  const keyOf = (session: string, id: unknown) => JSON.stringify([session, id]);
  return {
    register(session, id) {
      const key = keyOf(session, id);
      const controller = new AbortController();
      running.set(key, controller);
      const release = () => void (running.get(key) === controller && running.delete(key));
      return { signal: controller.signal, release };
    },
    cancel: (session, id) => running.get(keyOf(session, id))?.abort(new Error('The client cancelled the request.')),
  };
}

/** The request without its body, which has been read, aborted also by the given signal. */
function withSignal(request: Request, signal: AbortSignal | undefined): Request {
  return new Request(request.url, {
    method: request.method,
    headers: request.headers,
    signal: signal ? AbortSignal.any([request.signal, signal]) : request.signal,
  });
}

function withHeader(response: Response, name: string, value: string): Response {
  const headers = new Headers(response.headers);
  headers.set(name, value);
  return new Response(response.body, { status: response.status, headers });
}

/** Calls `ended` when the body has been sent or the client has gone. */
function onEnd(response: Response, ended: () => void): Response {
  const reader = response.body?.getReader();
  if (!reader) {
    ended();
    return response;
  }
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        ended();
        controller.close();
      } catch (error) {
        ended();
        controller.error(error);
      }
    },
    async cancel(reason) {
      ended();
      await reader.cancel(reason);
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
}

function rpcError(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', id: null, error: { code, message } }, { status });
}
