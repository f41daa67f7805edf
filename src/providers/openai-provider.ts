import type { Pool } from 'undici';
import type { Timeouts } from '../config/config.ts';
import { type DeploymentId, toDeploymentId } from '../domain/deployment.ts';
import type { Clock } from '../lib/clock.ts';
import type { FailureContext } from './map-failure.ts';
import { readModelIds } from './model-ids.ts';
import type { Provider, ProviderCall, ProviderEvent } from './provider.ts';
import { type Quirks, quirksFor } from './quirks.ts';
import { readExhaustion } from './rate-headers.ts';
import { readAnswer } from './read-answer.ts';
import { toJson, toOpenAiBody } from './translate/to-openai-body.ts';
import { cancelled, openSession, type SessionOptions, type UpstreamSession } from './upstream-session.ts';

export interface OpenAiProviderOptions {
  readonly name: string;
  /** Includes the version: `https://openrouter.ai/api/v1`. */
  readonly baseUrl: string;
  /** null: no `Authorization` header is sent. */
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
  /** Overrides what the table says of this provider. */
  readonly quirks?: Partial<Quirks>;
}

const DEFAULT_CONNECTIONS = 256;

/**
 * A provider that speaks OpenAI's dialect, at any base URL. Each attempt is sent exactly once: no retries, no redirects.
 * undici is loaded with the first request.
 */
export function createOpenAiProvider(options: OpenAiProviderOptions): Provider {
  const { clock, timeouts } = options;
  const base = new URL(options.baseUrl);
  const basePath = base.pathname.replace(/\/+$/, '');
  const quirks = { ...quirksFor(options.name, options.baseUrl), ...options.quirks };
  const headers = requestHeaders(options, options.apiKey);
  const headersByKey = new Map(options.apiKeys?.map((key, index) => [`${index + 1}`, requestHeaders(options, key)]));
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

  return {
    name: options.name,
    async *stream(call: ProviderCall, signal: AbortSignal): AsyncGenerator<ProviderEvent> {
      const { id, key, capabilities } = call.deployment;
      const body = toJson(toOpenAiBody(call, quirks));
      const request = { method: 'POST', path: '/chat/completions', body, headers: headersFor(key) } as const;
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
        yield* readAnswer(session, quirks, contextOf(id));
      } catch (error) {
        throw session.toFailure(error);
      } finally {
        session.close();
      }
    },
    async listModels(signal) {
      const deployment = toDeploymentId(options.name, '*');
      const session = await open({ method: 'GET', path: '/models', headers }, true, deployment, signal);
      try {
        await session.success();
        const ids = await readModelIds(session.read, contextOf(deployment));
        session.complete();
        return ids;
      } catch (error) {
        throw session.toFailure(error);
      } finally {
        session.close();
      }
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

function requestHeaders({ headers, version }: OpenAiProviderOptions, apiKey: string | null): Record<string, string> {
  const merged: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'text/event-stream, application/json',
    'user-agent': `farebox/${version}`,
    ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  for (const [name, value] of Object.entries(headers)) merged[name.toLowerCase()] = value;
  return merged;
}

/** Our keys, and what a configured header carries in its place. */
function secretsOf({ apiKey, apiKeys = [], headers }: OpenAiProviderOptions): readonly string[] {
  const configured = Object.entries(headers).filter(([name]) => /authorization|key|token|secret|cookie/i.test(name));
  return [...(apiKey === null ? [] : [apiKey]), ...apiKeys, ...configured.map(([, value]) => value)];
}
