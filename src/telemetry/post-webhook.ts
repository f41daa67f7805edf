import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import { isPublicAddress, literalAddress } from '../lib/public-address.ts';
import { PrivateAddressError, publicLookup } from './guarded-lookup.ts';
import { SIGNATURE_HEADER, signWebhook } from './sign-webhook.ts';

/** Where something is posted. */
export interface Webhook {
  readonly url: string;
  /** null: what is sent is not signed. */
  readonly secret: string | null;
  /** Addresses of this machine and of private networks, and plain http, are allowed. */
  readonly allowPrivateAddresses: boolean;
}

export type PostResult =
  | { readonly type: 'delivered'; readonly status: number }
  /** `again`: it may work later. */
  | { readonly type: 'failed'; readonly reason: string; readonly again: boolean };

export interface PostOptions {
  readonly clock: Clock;
  /** Names us in the request. */
  readonly userAgent: string;
  readonly signal: AbortSignal;
  /** For all of it, in ms; 10 s where absent. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
/** Answers that say "not now". */
const PASSING = new Set([408, 425, 429]);

/**
 * Posts JSON, signed where there is a secret. A redirect counts as a failure: it would lead past the check of the
 * address. Never throws; what is answered is not read.
 */
export async function postWebhook(webhook: Webhook, body: string, options: PostOptions): Promise<PostResult> {
  const { clock, signal, timeoutMs = TIMEOUT_MS } = options;
  const deadline = withDeadline(signal, timeoutMs, () => new Error(`it did not answer within ${timeoutMs / 1000} s`));
  try {
    const url = new URL(webhook.url);
    const refusal = refuse(url, webhook.allowPrivateAddresses);
    if (refusal) return { type: 'failed', reason: refusal, again: false };
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': options.userAgent,
      ...(webhook.secret !== null && { [SIGNATURE_HEADER]: signWebhook(body, webhook.secret, clock.now()) }),
    };
    return judge(await send(url, webhook.allowPrivateAddresses, headers, body, deadline.signal));
  } catch (error) {
    const reason = signal.aborted ? 'farebox ended before it answered' : messageOf(error, deadline.signal);
    return { type: 'failed', reason, again: !(error instanceof PrivateAddressError) };
  } finally {
    deadline.dispose();
  }
}

/** Where the host is an address, nothing is looked up, so it is checked here. */
function refuse(url: URL, allowPrivate: boolean): string | null {
  if (url.username || url.password) return 'its URL holds a user name or password';
  if (allowPrivate) return null;
  if (url.protocol !== 'https:') return 'it is not https';
  const address = literalAddress(url);
  return address !== null && !isPublicAddress(address) ? new PrivateAddressError(address).message : null;
}

function send(
  url: URL,
  allowPrivate: boolean,
  headers: Readonly<Record<string, string | number>>,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // A connection of its own: one that is kept alive would be used again without any check.
    const options = { method: 'POST', headers, signal, agent: false, ...(!allowPrivate && { lookup: publicLookup }) };
    const sent: ClientRequest = url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options);
    sent.once('response', (response) => {
      resolve(response);
      // Whatever it answers, however long: nobody reads it.
      response.destroy();
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function judge({ statusCode: status = 0 }: IncomingMessage): PostResult {
  if (status >= 200 && status < 300) return { type: 'delivered', status };
  if (status >= 300 && status < 400) {
    return {
      type: 'failed',
      reason: `it answered with a redirect (HTTP ${status}), which is not followed`,
      again: false,
    };
  }
  return { type: 'failed', reason: `it answered HTTP ${status}`, again: status >= 500 || PASSING.has(status) };
}

function messageOf(error: unknown, signal: AbortSignal): string {
  const reason: unknown = signal.aborted ? signal.reason : error;
  if (!(reason instanceof Error)) return String(reason);
  const { code } = reason as NodeJS.ErrnoException;
  return reason.message || code || reason.name;
}
