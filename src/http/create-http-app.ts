import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { FareboxError } from '../domain/errors.ts';
import type { Clock } from '../lib/clock.ts';
import { maskSecrets } from '../lib/mask-secrets.ts';
import type { EngineSource } from '../pipeline/engine.ts';
import type { Log } from '../telemetry/log.ts';
import { checkOrigin } from './check-origin.ts';
import { compressResponses } from './compress-responses.ts';
import { embeddingsRoute } from './embeddings-route.ts';
import { readStatus } from './read-status.ts';
import { statusPage } from './status-page.ts';

export interface HttpAppDeps {
  readonly engine: EngineSource;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  /** Serves `/mcp`. */
  readonly mcp: (request: Request) => Promise<Response>;
  /** The name or address that the server listens on, for the check of Host. */
  readonly host: string;
  /** The largest request body; 64 MB where absent. */
  readonly maxBodyBytes?: number;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const PATHS = ['/', '/mcp', '/v1/embeddings', '/healthz', '/readyz'];

/** Everything that farebox answers over HTTP. Every route is behind the check of Host and Origin. */
export function createHttpApp(deps: HttpAppDeps): Hono {
  const { engine, clock, log, version, mcp, host, maxBodyBytes = MAX_BODY_BYTES } = deps;
  const app = new Hono();

  app.use(async (c, next) => {
    const refusal = checkOrigin(c.req.header('host') ?? null, c.req.header('origin') ?? null, host);
    if (refusal !== null) return c.json({ error: { message: refusal, type: 'forbidden', code: 'wrong_origin' } }, 403);
    await next();
    c.res.headers.set('x-content-type-options', 'nosniff');
    return;
  });
  app.use(
    compressResponses(async () => {
      const { config } = await engine();
      return config.profiles.get(config.defaultProfile)?.responseCompression ?? null;
    }),
  );
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: (c) =>
        c.json(
          {
            error: {
              message: `The body is larger than ${maxBodyBytes} bytes.`,
              type: 'invalid_request_error',
              code: 'body_too_large',
            },
          },
          413,
        ),
    }),
  );

  app.all('/mcp', (c) => mcp(c.req.raw));
  app.get('/healthz', (c) => c.json({ status: 'ok', version }));
  app.get('/readyz', async (c) => {
    const reason = await notReady(engine);
    return reason === null
      ? c.json({ status: 'ready', version })
      : c.json({ status: 'not ready', reason, version }, 503);
  });
  app.get('/', async (c) => {
    const status = await readStatus(engine, clock);
    c.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    c.header('cache-control', 'no-store');
    return c.html(statusPage({ version, origin: new URL(c.req.url).origin, status }));
  });
  app.post('/v1/embeddings', embeddingsRoute(engine));
  app.all('/v1/*', (c) =>
    c.json(
      {
        error: {
          message:
            'The gateway comes with a later version of farebox; this one serves MCP at /mcp and POST /v1/embeddings.',
          type: 'invalid_request_error',
          code: 'not_implemented',
        },
      },
      501,
    ),
  );
  app.notFound((c) =>
    c.json(
      {
        error: {
          message: `There is nothing here. farebox serves: ${PATHS.join(', ')}.`,
          type: 'not_found',
          code: 'not_found',
        },
      },
      404,
    ),
  );
  app.onError((error, c) => {
    log.error('an HTTP request failed', { path: c.req.path, error: error.stack ?? error.message });
    return c.json(
      {
        error: {
          message: 'farebox failed inside; its log (stderr) says more.',
          type: 'server_error',
          code: 'internal',
        },
      },
      500,
    );
  });
  return app;
}

/** Why requests cannot be served now, secrets masked; null where they can. */
async function notReady(engineSource: EngineSource): Promise<string | null> {
  try {
    (await engineSource()).ready();
    return null;
  } catch (error) {
    return maskSecrets(error instanceof FareboxError ? error.explain() : String(error));
  }
}
