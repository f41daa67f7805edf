import type { Pool } from 'undici';
import type { Timeouts } from '../config/config.ts';
import { type DeploymentId, toDeploymentId } from '../domain/deployment.ts';
import type { Clock } from '../lib/clock.ts';
import type { Dialect, EmbeddingDialect, ModelPage } from './dialect.ts';
import type { FailureContext } from './map-failure.ts';
import type { Provider, ProviderCall, ProviderEvent } from './provider.ts';
import { readExhaustion } from './rate-headers.ts';
import { readDocument } from './read-document.ts';
import { cancelled, openSession, type SessionOptions, type UpstreamSession } from './upstream-session.ts';

export interface HttpProviderOptions {
  readonly name: string;
  /** Includes the version: `https://openrouter.ai/api/v1`. */
  readonly baseUrl: string;
  /** null: no header carries a key. */
  readonly apiKey: string | null;
  /** Where there are several, `apiKey` first: a deployment of key `2` is asked with the second. */
  readonly apiKeys?: readonly string[];
  /** Sent with every request; they win over our own. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  /** farebox's version, for `User-Agent`. */
  readonly version: string;
  /** Sockets at most, 256 where absent; further requests wait for one. */
  readonly connections?: number;
}

const DEFAULT_CONNECTIONS = 256;

/** A list of models that never ends is a fault of its provider. */
const MOST_MODEL_PAGES = 50;

/**
 * A provider that is asked over HTTP, in any dialect, at any base URL. Each attempt is sent exactly once: no retries, no
 * redirects. undici is loaded with the first request.
 */
export function createHttpProvider(options: HttpProviderOptions, dialect: Dialect): Provider {
  const { clock, timeouts } = options;
  const base = new URL(options.baseUrl);
  const basePath = base.pathname.replace(/\/+$/, '');
  const headers = requestHeaders(options, dialect, options.apiKey);
  const headersByKey = new Map(
    options.apiKeys?.map((key, index) => [`${index + 1}`, requestHeaders(options, dialect, key)]),
  );
  const headersFor = (key: string | undefined) => (key === undefined ? headers : (headersByKey.get(key) ?? headers));
  const secrets = secretsOf(options);
  let pool: Promise<Pool> | undefined;

  const connect = async (): Promise<Pool> => {
    // A CommonJS module: bundled, it has nothing but its default export.
    const { default: undici } = await import('undici');
    const connections = options.connections ?? DEFAULT_CONNECTIONS;
    return new undici.Pool(base.origin, { connections, connect: { timeout: timeouts.connect } });
  };
  const contextOf = (deployment: DeploymentId): FailureContext => ({ deployment, secrets, now: clock.now() });
  const open = async (
    request: SessionOptions['request'],
    streamed: boolean,
    deployment: DeploymentId,
    signal: AbortSignal,
    limits = timeouts,
  ): Promise<UpstreamSession> => {
    pool ??= connect();
    const dispatcher = await pool;
    if (signal.aborted) throw cancelled(signal, contextOf(deployment));
    return openSession({
      dispatcher,
      origin: base.origin,
      request: { ...request, path: basePath + request.path },
      streamed,
      timeouts: limits,
      clock,
      signal,
      context: () => contextOf(deployment),
    });
  };
  const readModelPage = async (path: string, signal: AbortSignal): Promise<ModelPage> => {
    const deployment = toDeploymentId(options.name, '*');
    const session = await open({ method: 'GET', path, headers }, true, deployment, signal);
    try {
      await session.success();
      const page = await dialect.models.read(session, contextOf(deployment));
      session.complete();
      return page;
    } catch (error) {
      throw session.toFailure(error);
    } finally {
      session.close();
    }
  };

  const readModelPages = async (signal: AbortSignal): Promise<readonly ModelPage[]> => {
    const pages: ModelPage[] = [];
    let next: string | undefined = dialect.models.path;
    while (next !== undefined && pages.length < MOST_MODEL_PAGES) {
      const page: ModelPage = await readModelPage(next, signal);
      pages.push(page);
      next = page.next;
    }
    return pages;
  };

  const embedBy =
    (embeddings: EmbeddingDialect): NonNullable<Provider['embed']> =>
    async (call, signal) => {
      const { id, key } = call.deployment;
      const { path, body, headers: own } = embeddings.encode(call);
      const request = { method: 'POST', path, body, headers: withHeaders(headersFor(key), own) } as const;
      const session = await open(request, false, id, signal);
      try {
        await session.success();
        const answer = embeddings.read(await readDocument(session.read), contextOf(id), call);
        session.complete();
        return answer;
      } catch (error) {
        throw session.toFailure(error);
      } finally {
        session.close();
      }
    };

  return {
    name: options.name,
    ...(dialect.embeddings && { embed: embedBy(dialect.embeddings), mostInputs: dialect.embeddings.mostInputs }),
    async *stream(call: ProviderCall, signal: AbortSignal): AsyncGenerator<ProviderEvent> {
      const { id, key, capabilities } = call.deployment;
      const { path, body, headers: own } = dialect.encode(call);
      const request = { method: 'POST', path, body, headers: withHeaders(headersFor(key), own) } as const;
      const session = await open(
        request,
        capabilities.streaming,
        id,
        signal,
        call.alone ? patient(timeouts) : timeouts,
      );
      try {
        const { headers: answered } = await session.success();
        const pauseMs = readExhaustion(answered, clock.now());
        if (pauseMs !== null) yield { type: 'limited', pauseMs };
        yield* dialect.read(session, contextOf(id), call);
      } catch (error) {
        throw session.toFailure(error);
      } finally {
        session.close();
      }
    },
    async listModels(signal) {
      const pages = await readModelPages(signal);
      return pages.flatMap(({ ids }) => ids);
    },
    async listPrices(signal) {
      const pages = await readModelPages(signal);
      return new Map(pages.flatMap(({ prices = [] }) => [...prices]));
    },
    async close() {
      const opened = await pool?.catch(() => undefined);
      if (opened && !opened.closed) await opened.close();
    },
  };
}

/** The limits where no other candidate is left. */
function patient(timeouts: Timeouts): Timeouts {
  return { ...timeouts, firstToken: timeouts.firstTokenAlone ?? timeouts.firstToken };
}

function requestHeaders(
  { headers, version }: HttpProviderOptions,
  dialect: Dialect,
  apiKey: string | null,
): Record<string, string> {
  const merged: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'text/event-stream, application/json',
    'accept-encoding': 'identity',
    'user-agent': `farebox/${version}`,
    ...dialect.headers,
    ...dialect.authorization(apiKey),
  };
  for (const [name, value] of Object.entries(headers)) merged[name.toLowerCase()] = value;
  return merged;
}

/** What a request needs for itself; what was configured wins. */
function withHeaders(
  headers: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  return own ? { ...own, ...headers } : headers;
}

/** Our keys, and what a configured header carries in its place. */
function secretsOf({ apiKey, apiKeys = [], headers }: HttpProviderOptions): readonly string[] {
  const configured = Object.entries(headers).filter(([name]) => /authorization|key|token|secret|cookie/i.test(name));
  return [...(apiKey === null ? [] : [apiKey]), ...apiKeys, ...configured.map(([, value]) => value)];
}
