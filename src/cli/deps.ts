import type { Readable, Writable } from 'node:stream';
import type { Config, ProviderConfig } from '../config/config.ts';
import type { Price } from '../domain/price.ts';
import type { Clock } from '../lib/clock.ts';
import type { Engine } from '../pipeline/engine.ts';

/** Everything that the command line does to the world, handed in by `main.ts`: it reads no environment of its own. */
export interface CliDeps {
  /** Arguments of the user, without the executable and the script. */
  readonly argv: readonly string[];
  readonly version: string;
  readonly clock: Clock;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly terminal: Terminal;
  /** How others start this farebox, without arguments: `node /path/tools/farebox.mjs`, or `npx -y farebox`. */
  readonly selfCommand: readonly string[];
  /** The checkout that the user stands in, by its name; null where it is none. */
  readonly project: string | null;
  /** `FAREBOX_HOME` or its default, known also where the configuration is invalid. */
  readonly home: string;
  /** `process.versions.node`. */
  readonly nodeVersion: string;
  /** `FAREBOX_LOG_LEVEL=debug`: an unexpected error is printed with its stack. */
  readonly debug?: boolean;

  /** Builds the engine. Throws `FareboxError`: `invalid_config`, `storage_unavailable` … */
  openEngine(options: EngineOptions): Promise<Engine>;
  /** Reads the configuration and nothing else. Throws `invalid_config`. */
  loadConfig(options: EngineOptions): Promise<Config>;
  /** Model ids that a provider lists. Throws where it does not answer, or not within the signal. */
  listModels(provider: ProviderConfig, signal: AbortSignal): Promise<readonly string[]>;
  /** What a provider lists as prices, by its own ids; empty where it lists none. Throws as `listModels`. */
  listPrices(provider: ProviderConfig, signal: AbortSignal): Promise<ReadonlyMap<string, Price>>;

  /** Speaks MCP on the process's stdin and stdout until the client hangs up or the signal aborts. */
  serveMcp(options: EngineOptions, signal: AbortSignal): Promise<void>;
  /** Opens the engine and listens. Throws `invalid_config` where it may not listen there. */
  serveHttp(options: ServeHttpOptions): Promise<HttpService>;
  startSandbox(options: StartSandboxOptions): Promise<Service>;
  /** The scripts of faults that the sandbox knows by name. */
  sandboxScenarios(): Promise<readonly SandboxScenario[]>;

  /**
   * Calls the listener on the first SIGINT or SIGTERM, instead of dying of it; a second one ends the process.
   * Returns a function that stops listening.
   */
  onInterrupt(listener: () => void): () => void;
  /** The path of an executable on PATH; null where there is none. */
  findExecutable(name: string): string | null;
  /** Runs a command without a shell, its output going to stderr. Returns its exit code. */
  runCommand(argv: readonly string[]): Promise<number>;
}

export interface Terminal {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Width of the terminal, where there is one. */
  readonly columns: number | null;
  /** Colours on or off whatever the terminal says; absent: where it is a terminal and NO_COLOR is not set. */
  readonly colours?: boolean;
}

/** What of the command line goes into the configuration; it wins over environment and file. */
export interface EngineOptions {
  readonly config?: string;
  readonly profile?: string;
}

export interface ServeHttpOptions extends EngineOptions {
  readonly host: string;
  readonly port: number;
}

export interface SandboxScenario {
  readonly name: string;
  readonly title: string;
  /** The script as JSON text. */
  readonly text: string;
}

export interface StartSandboxOptions {
  readonly port: number;
  /** The script of faults as it was read (JSON text), and the name of its file for messages; null: no faults. */
  readonly script: { readonly file: string; readonly text: string } | null;
  /** 1: as fast as the models that it simulates; 0: at once; 10: ten times as fast. */
  readonly speed: number;
}

export interface Service {
  /** Base URL, without a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

export interface HttpService extends Service {
  /** The engine with which it started. */
  readonly engine: Engine;
}
