import { createHttpApp } from '../../src/http/create-http-app.ts';
import { type HttpServer, serveHttp } from '../../src/http/serve-http.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createMcpHttp } from '../../src/mcp/mcp-http.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { createFakeEngine, type FakeEngine, type FakeEngineOptions } from './fake-engine.ts';
import { scriptedAnswers } from './scripted-answers.ts';

/** The whole HTTP surface on a free port with a fake engine. */
export async function serveFake(options: FakeEngineOptions & { readonly maxBodyBytes?: number } = {}): Promise<{
  readonly server: HttpServer;
  readonly engine: FakeEngine;
}> {
  const { maxBodyBytes, ...engineOptions } = options;
  const engine = createFakeEngine({ script: scriptedAnswers, ...engineOptions });
  const deps = {
    engine: async () => engine,
    clock: systemClock,
    log: silentLog,
    version: '0.0.0-test',
    ...(maxBodyBytes !== undefined && { maxBodyBytes }),
  };
  const mcp = createMcpHttp({ ...deps, random: systemRandom });
  const app = createHttpApp({ ...deps, mcp: mcp.handle, host: '127.0.0.1' });
  const server = await serveHttp({ app, clock: systemClock, host: '127.0.0.1', port: 0, closeCalls: mcp.close });
  return { server, engine };
}
