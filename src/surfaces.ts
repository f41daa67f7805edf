import type { Readable, Writable } from 'node:stream';
import { type AppDeps, type AppOptions, type OpenOptions, projectName } from './app-deps.ts';
import type { Config, ProviderConfig } from './config/config.ts';
import { LOG_LEVELS } from './config/locate-config.ts';
import type { Price } from './domain/price.ts';
import { newId } from './lib/random.ts';
import type { Engine, EngineSource } from './pipeline/engine.ts';
import type { Provider } from './providers/provider.ts';
import { type AlertFeed, createAlertFeed } from './telemetry/alert-feed.ts';
import type { Log, LogOptions } from './telemetry/log.ts';

/** Model ids that a provider lists; for `doctor`. */
export function listModels(deps: AppDeps, provider: ProviderConfig, signal: AbortSignal): Promise<readonly string[]> {
  return asking(deps, provider, (client) => client.listModels(signal));
}

/** What a provider lists as prices; for `prices compare`. */
export function listPrices(
  deps: AppDeps,
  provider: ProviderConfig,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Price>> {
  return asking(deps, provider, async (client) => (await client.listPrices?.(signal)) ?? new Map());
}

async function asking<T>(deps: AppDeps, provider: ProviderConfig, ask: (client: Provider) => Promise<T>): Promise<T> {
  const { openProvider } = await import('./upstreams.ts');
  const client = openProvider(deps, provider);
  try {
    return await ask(client);
  } finally {
    await client.close();
  }
}

/** The engine of a configuration, for a command that needs it at once. Throws as `openEngine` of `app.ts`. */
export async function openEngine(
  deps: AppDeps,
  { longRunning, feed, ...options }: AppOptions & OpenOptions,
): Promise<Engine> {
  const app = await import('./app.ts');
  return app.openEngine(deps, app.readConfig(deps, options), {
    ...(longRunning && { longRunning }),
    ...(feed && { feed }),
  });
}

interface OpenedEngine {
  readonly get: EngineSource;
  /** The alerts of the engine, to which one may listen before it is built. */
  readonly alerts: AlertFeed;
  /** The engine, where it is there already. */
  current(): Engine | undefined;
  close(): Promise<void>;
}

/** The engine, built when it is first needed; a failure to build it is not kept, so that the next call tries again. */
function engineSource(deps: AppDeps, options: AppOptions): OpenedEngine {
  let engine: Promise<Engine> | undefined;
  let opened: Engine | undefined;
  const alerts = createAlertFeed();
  return {
    alerts,
    current: () => opened,
    get: () => {
      engine ??= openEngine(deps, { ...options, longRunning: true, feed: alerts }).then(
        (built) => {
          opened = built;
          return built;
        },
        (error: unknown) => {
          engine = undefined;
          throw error;
        },
      );
      return engine;
    },
    close: async () => (await engine?.catch(() => undefined))?.close(),
  };
}

/**
 * The surfaces' own log, made with its first line: a stdio server that has nothing to say starts without it. Level and
 * secrets are those of the configuration once it was read; before that, of the environment.
 */
function surfaceLog({ log, environment }: AppDeps, engine: OpenedEngine): Log {
  if (log) return log;
  const made = new Map<Config | null, Promise<Log>>();
  const load = async (config: Config | null): Promise<Log> => {
    const { createLog } = await import('./telemetry/log.ts');
    return createLog(config ? { level: config.logLevel, secrets: config.secrets } : earlyLogOptions(environment));
  };
  const say = (level: keyof Log) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    const config = engine.current()?.config ?? null;
    const loading = made.get(config) ?? load(config);
    made.set(config, loading);
    void loading.then((logger) => logger[level](message, fields));
  };
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
}

function earlyLogOptions(environment: AppDeps['environment']): Pick<LogOptions, 'level' | 'secrets'> {
  const level = LOG_LEVELS.find((known) => known === environment['FAREBOX_LOG_LEVEL']?.toLowerCase()) ?? 'warn';
  const keys = Object.entries(environment).filter(([name]) => /_(API_)?(KEY|TOKEN|SECRET)(_\d)?$/.test(name));
  return { level, secrets: keys.flatMap(([, value]) => (value ? [value] : [])) };
}

/** Speaks MCP over two streams until the client hangs up or the signal aborts. The engine is built for the first call. */
export async function serveMcp(
  deps: AppDeps,
  options: AppOptions,
  io: { readonly input: Readable; readonly output: Writable; readonly signal: AbortSignal },
): Promise<void> {
  const { serveStdio } = await import('./mcp/serve-stdio.ts');
  const engine = engineSource(deps, options);
  try {
    const project = projectName(deps.cwd);
    await serveStdio({
      ...(project !== null && { project }),
      // A process that speaks over stdio has one client.
      session: newId('session', deps.clock.now(), deps.random),
      alerts: engine.alerts,
      engine: engine.get,
      clock: deps.clock,
      log: surfaceLog(deps, engine),
      version: deps.version,
      ...io,
    });
  } finally {
    await engine.close();
  }
}

/** Opens the engine and listens. Throws `invalid_config` where it may not, or cannot, listen there. */
export async function serveHttp(
  deps: AppDeps,
  options: AppOptions & { readonly host: string; readonly port: number },
): Promise<{ readonly url: string; readonly engine: Engine; close(): Promise<void> }> {
  const [{ createMcpHttp }, { createHttpApp }, http] = await Promise.all([
    import('./mcp/mcp-http.ts'),
    import('./http/create-http-app.ts'),
    import('./http/serve-http.ts'),
  ]);
  http.refuseBeyondLoopback(options.host);
  const source = engineSource(deps, options);
  const engine = await source.get();
  const { alerts } = source;
  const surface = {
    engine: source.get,
    alerts,
    clock: deps.clock,
    log: surfaceLog(deps, source),
    version: deps.version,
  };
  const mcp = createMcpHttp({ ...surface, random: deps.random });
  const app = createHttpApp({ ...surface, mcp: mcp.handle, host: options.host });
  try {
    const server = await http.serveHttp({ ...options, app, clock: deps.clock, closeCalls: mcp.close });
    return {
      url: server.origin,
      engine,
      close: async () => {
        await server.close();
        await source.close();
      },
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** A sandbox for others to use. Throws `invalid_config` for a script that it does not understand. */
export async function startSandbox(
  deps: AppDeps,
  options: {
    readonly port: number;
    readonly speed: number;
    readonly script: { readonly file: string; readonly text: string } | null;
  },
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const [sandbox, { parseScriptText }] = await Promise.all([
    import('./sandbox/start-sandbox.ts'),
    import('./sandbox/parse-script.ts'),
  ]);
  const script = options.script && parseScriptText(options.script.text, options.script.file);
  const { port, speed } = options;
  const { origin, close } = await sandbox.startSandbox({ clock: deps.clock, port, speed, ...(script && { script }) });
  return { url: origin, close };
}

/** The scripts of faults that the sandbox knows by name, each as JSON text. */
export async function sandboxScenarios(): Promise<
  readonly { readonly name: string; readonly title: string; readonly text: string }[]
> {
  const { SCENARIOS } = await import('./sandbox/scenarios/scenarios.ts');
  return SCENARIOS.map(({ name, title, script }) => ({ name, title, text: JSON.stringify(script, null, 2) }));
}
