import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import { createPromptCache } from './prompt-cache.ts';
import { createRequestLog, type LoggedRequest } from './request-log.ts';
import { SANDBOX_MODELS, type SandboxModel } from './sandbox-models.ts';
import { createSandboxHandler } from './sandbox-routes.ts';
import type { Script } from './script.ts';
import { createScriptPlayer } from './script-player.ts';

export interface SandboxOptions {
  /** 127.0.0.1 where absent. */
  readonly host?: string;
  /** 0, or absent: a free one. */
  readonly port?: number;
  readonly script?: Script;
  /** What `/v1/models` lists; others are served too. */
  readonly models?: readonly SandboxModel[];
  /** 1 as fast as the real models, 10 ten times as fast, 0 at once. 1 where absent. */
  readonly speed?: number;
  readonly clock: Clock;
}

export interface Sandbox {
  /** The base URL of its API: `http://127.0.0.1:4142/v1`. */
  readonly url: string;
  /** The same without `/v1`. */
  readonly origin: string;
  readonly port: number;
  /** What came in, in order of arrival. */
  requests(): readonly LoggedRequest[];
  /** Plays another script from now on. */
  play(script: Script): void;
  /** Forgets the log and plays the script from its beginning. */
  reset(): void;
  /** Stops listening and destroys every connection. */
  close(): Promise<void>;
}

const NO_SCRIPT: Script = { steps: [] };

/**
 * Starts simulated upstreams in the OpenAI dialect: chat completions, embeddings, models; answers are made up and say so.
 * A script makes them fail. `/sandbox/requests` (GET, DELETE) and `/sandbox/script` (POST) steer it from this machine.
 * Rejects with the system's error where it cannot listen.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, host = '127.0.0.1', port = 0, models = SANDBOX_MODELS, speed = 1 } = options;
  const log = createRequestLog();
  const player = createScriptPlayer(options.script ?? NO_SCRIPT, clock);
  const promptCache = createPromptCache(clock);

  const handle = createSandboxHandler({ log, player, promptCache, models, clock, speed });
  const server = createServer((message, response) => {
    // What is thrown here is a client that went away; the log has it.
    handle(message, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  return {
    url: `${origin}/v1`,
    origin,
    port: bound,
    requests: () => log.entries(),
    play(script) {
      promptCache.clear();
      player.load(script);
    },
    reset() {
      log.clear();
      player.rewind();
      promptCache.clear();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
