import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../lib/clock.ts';
import { readChatRequest } from './chat-request.ts';
import { embed } from './embeddings.ts';
import { describeRequest, isFromHere, parseBody, readBody } from './incoming.ts';
import { parseScript } from './parse-script.ts';
import type { PromptCache } from './prompt-cache.ts';
import { createReply, type Reply } from './reply.ts';
import type { RequestLog } from './request-log.ts';
import { type SandboxModel, sandboxModel } from './sandbox-models.ts';
import type { ScriptPlayer } from './script-player.ts';
import { serveCompletion } from './serve-completion.ts';

export interface RouteDeps {
  readonly log: RequestLog;
  readonly player: ScriptPlayer;
  readonly promptCache: PromptCache;
  readonly models: readonly SandboxModel[];
  readonly clock: Clock;
  readonly speed: number;
}

/** `account`: who asks, by the key; prompt caches are apart. */
type Route = (method: string, path: string, body: unknown, reply: Reply, account: string) => Promise<void>;

/** Answers one HTTP request and logs it. Rejects where the client goes away first. */
export function createSandboxHandler(
  deps: RouteDeps,
): (message: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { log, clock } = deps;
  const api = createApiRoutes(deps);
  const control = createControlRoutes(deps);
  return async (message, response) => {
    const path = (message.url ?? '/').split('?')[0] ?? '/';
    const isControl = path.startsWith('/sandbox/');
    const text = await readBody(message);
    const body = text === null ? undefined : parseBody(text);
    const facts = describeRequest(message, path, body, clock.now());
    const entry = isControl ? { number: 0, ...facts } : log.add(facts, text?.length ?? 0);
    const reply = createReply(response, entry, clock);
    if (text === null) return answer(reply, 413, errorBody('The body is too large.', 'invalid_request_error'));
    const method = message.method ?? 'GET';
    if (isControl && !isFromHere(message)) {
      return answer(reply, 403, errorBody('The sandbox is steered from this machine only.', 'permission_error'));
    }
    const account = createHash('sha256')
      .update(message.headers.authorization ?? '')
      .digest('base64');
    await (isControl ? control : api)(method, path, body, reply, account);
  };
}

/** The API that is simulated. */
function createApiRoutes({ player, promptCache, models, clock, speed }: RouteDeps): Route {
  const complete = async (body: unknown, reply: Reply, account: string): Promise<void> => {
    const request = readChatRequest(body);
    if ('problem' in request) return answer(reply, 400, errorBody(request.problem, 'invalid_request_error'));
    const played = player.next(request);
    reply.entry.step = played?.step ?? null;
    const model = sandboxModel(request.model, models);
    await serveCompletion(request, model, played?.behaviour ?? {}, reply, {
      clock,
      speed,
      cachedTokens: () => (player.promptCache ? promptCache.read(account, request, body) : 0),
    });
  };
  return async (method, path, body, reply, account) => {
    switch (`${method} ${path}`) {
      case 'POST /v1/chat/completions':
        return complete(body, reply, account);
      case 'POST /v1/embeddings': {
        const embedded = embed(body);
        return embedded
          ? answer(reply, 200, embedded)
          : answer(reply, 400, errorBody("'model' and 'input' are needed.", 'invalid_request_error'));
      }
      case 'GET /v1/models':
        return answer(reply, 200, { object: 'list', data: models.map(toListing) });
      case 'GET /':
      case 'GET /healthz':
        return answer(reply, 200, { status: 'ok', sandbox: true, note: 'answers are simulated' });
      default:
        return answer(reply, 404, errorBody(`The sandbox has no ${method} ${path}.`, 'not_found_error'));
    }
  };
}

/** What steers the sandbox. */
function createControlRoutes({ log, player, promptCache }: RouteDeps): Route {
  const loadScript = async (body: unknown, reply: Reply): Promise<void> => {
    try {
      const script = parseScript(body);
      player.load(script);
      promptCache.clear();
      return answer(reply, 200, { loaded: script.name ?? null, steps: script.steps.length });
    } catch (error) {
      return answer(reply, 400, errorBody(error instanceof Error ? error.message : String(error), 'invalid_script'));
    }
  };
  return async (method, path, body, reply) => {
    switch (`${method} ${path}`) {
      case 'GET /sandbox/requests':
        return answer(reply, 200, { requests: log.entries() });
      case 'DELETE /sandbox/requests':
        log.clear();
        return answer(reply, 200, { requests: [] });
      case 'POST /sandbox/script':
        return loadScript(body, reply);
      default:
        return answer(reply, 404, errorBody(`The sandbox has no ${method} ${path}.`, 'not_found_error'));
    }
  };
}

async function answer(reply: Reply, status: number, body: unknown): Promise<void> {
  reply.head(status, { 'content-type': 'application/json' });
  reply.write(JSON.stringify(body));
  await reply.end();
}

function errorBody(message: string, type: string) {
  return { error: { message, type, param: null, code: null } };
}

function toListing({ id, ownedBy, contextWindow }: SandboxModel) {
  return { id, object: 'model', created: 0, owned_by: ownedBy, context_length: contextWindow };
}
