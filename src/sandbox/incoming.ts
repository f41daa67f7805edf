import type { IncomingMessage } from 'node:http';
import { isJson } from './chat-request.ts';
import { type LoggedRequest, maskHeaders } from './request-log.ts';

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** A request as it begins its entry in the log. */
export function describeRequest(
  message: IncomingMessage,
  path: string,
  body: unknown,
  at: number,
): Omit<LoggedRequest, 'number'> {
  return {
    at,
    method: message.method ?? 'GET',
    path,
    headers: maskHeaders(message.headers),
    body,
    model: isJson(body) && typeof body['model'] === 'string' ? body['model'] : null,
    stream: isJson(body) && body['stream'] === true,
    step: null,
    status: null,
    outcome: 'open',
    sentTokens: 0,
    usage: null,
    finishReason: null,
    durationMs: null,
  };
}

/** The body's text; null where it is too large. */
export async function readBody(message: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? null : Buffer.concat(chunks).toString('utf8');
}

/** JSON, or the text where it is none. */
export function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** From a program on this machine: not over the network, and not from a page in a browser, which would send an origin. */
export function isFromHere(message: IncomingMessage): boolean {
  const address = message.socket.remoteAddress ?? '';
  const hostname = (message.headers.host ?? '').replace(/:\d+$/, '');
  return (
    /^(127\.|::1$|::ffff:127\.)/.test(address) &&
    /^(127\.[\d.]+|localhost|\[::1\])$/.test(hostname) &&
    message.headers.origin === undefined
  );
}
