import type { Pool } from 'undici';
import type { Timeouts } from '../config/config.ts';
import { type DeploymentId, toDeploymentId } from '../domain/deployment.ts';
import type { Clock } from '../lib/clock.ts';
import type { FailureContext } from './map-failure.ts';
import { readModelIds } from './model-ids.ts';
import type { Provider, ProviderCall, ProviderEvent } from './provider.ts';
import { type Quirks, quirksFor } from './quirks.ts';
import { readAnswer } from './read-answer.ts';
import { toJson, toOpenAiBody } from './translate/to-openai-body.ts';
import { cancelled, openSession, type UpstreamSession } from './upstream-session.ts';

export interface OpenAiProviderOptions {
  readonly name: string;
  /** Includes the version: `https://openrouter.ai/api/v1`. */
  readonly baseUrl: string;
  /** null: no `Authorization` header is sent. */
  readonly apiKey: string | null;
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
  const headers = requestHeaders(options);
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
    request: { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: string },
    streamed: boolean,
    deployment: DeploymentId,
    signal: AbortSignal,
  ): Promise<UpstreamSession> => {
    pool ??= connect();
    const dispatcher = await pool;
    if (signal.aborted) throw cancelled(signal, contextOf(deployment));
    return openSession({
      dispatcher,
      origin: base.origin,
      request: { ...request, path: basePath + request.path, headers },
      streamed,
      timeouts,
      clock,
      signal,
      context: () => contextOf(deployment),
    });
  };

  return {
    name: options.name,
    async *stream(call: ProviderCall, signal: AbortSignal): AsyncGenerator<ProviderEvent> {
      const { id, capabilities } = call.deployment;
      const body = toJson(toOpenAiBody(call, quirks));
      const request = { method: 'POST', path: '/chat/completions', body } as const;
      const session = await open(request, capabilities.streaming, id, signal);
      try {
        await session.success();
        yield* readAnswer(session, quirks, contextOf(id));
      } catch (error) {
        throw session.toFailure(error);
      } finally {
        session.close();
      }
    },
    async listModels(signal) {
      const deployment = toDeploymentId(options.name, '*');
      const session = await open({ method: 'GET', path: '/models' }, true, deployment, signal);
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

function requestHeaders({ apiKey, headers, version }: OpenAiProviderOptions): Record<string, string> {
  const merged: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'text/event-stream, application/json',
    'user-agent': `farebox/${version}`,
    ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  for (const [name, value] of Object.entries(headers)) merged[name.toLowerCase()] = value;
  return merged;
}

/** Our key, and what a configured header carries in its place. */
function secretsOf({ apiKey, headers }: OpenAiProviderOptions): readonly string[] {
  const configured = Object.entries(headers).filter(([name]) => /authorization|key|token|secret|cookie/i.test(name));
  return [...(apiKey === null ? [] : [apiKey]), ...configured.map(([, value]) => value)];
}
