import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import type { Hono } from 'hono';
import { FareboxError } from '../domain/errors.ts';
import type { Clock } from '../lib/clock.ts';
import { isLoopback } from './check-origin.ts';

export interface ServeHttpOptions {
  readonly app: Hono;
  readonly clock: Clock;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Waits for running calls up to the grace period, then aborts and books them. */
  readonly closeCalls: (graceMs: number) => Promise<void>;
}

export interface HttpServer {
  /** Where it listens, e.g. `http://127.0.0.1:4141`. */
  readonly origin: string;
  /** Stops accepting, lets running calls end within the grace period (5 s where absent), aborts and books the rest. */
  close(graceMs?: number): Promise<void>;
}

const GRACE_MS = 5_000;
const FLUSH_MS = 250;

/**
 * Throws `invalid_config` for an address that others can reach: there are no keys yet, so anybody there could spend.
 * To be called before anything is built.
 */
export function refuseBeyondLoopback(host: string): void {
  if (isLoopback(host)) return;
  throw new FareboxError(
    'invalid_config',
    `farebox does not listen on ${host}: others could reach it there, and this version has no access keys yet.`,
    {
      remedy:
        'Use --host 127.0.0.1, and a tunnel or an authenticating proxy on this machine for access from elsewhere.',
    },
  );
}

/** Listens until closed. Throws `invalid_config` where it cannot. */
export async function serveHttp({ app, clock, host, port, closeCalls }: ServeHttpOptions): Promise<HttpServer> {
  refuseBeyondLoopback(host);
  const server = createAdaptorServer({ fetch: app.fetch });
  const bound = await listen(server, host, port);
  const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return {
    origin: `http://${name}:${bound.port}`,
    async close(graceMs = GRACE_MS) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      await closeCalls(graceMs);
      // What has just been answered is still on its way.
      await Promise.race([closed, clock.sleep(FLUSH_MS)]);
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: ServerType, host: string, port: number): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  return server.address() as AddressInfo;
}

/** Where `farebox sandbox` listens by default. */
const SANDBOX_PORT = 4142;

function listenError(error: NodeJS.ErrnoException, host: string, port: number): FareboxError {
  const options = { cause: error };
  switch (error.code) {
    case 'EADDRINUSE':
      return new FareboxError('invalid_config', `Port ${port} on ${host} is in use, perhaps by another farebox.`, {
        ...options,
        remedy: `Stop what listens there, or choose another with --port ${port + 1 === SANDBOX_PORT ? port + 2 : port + 1}.`,
      });
    case 'EACCES':
      return new FareboxError('invalid_config', `Port ${port} may not be used without privileges.`, {
        ...options,
        remedy: 'Choose one above 1023 with --port.',
      });
    default:
      return new FareboxError('invalid_config', `farebox cannot listen on ${host}:${port}: ${error.message}.`, {
        ...options,
        remedy: 'Choose another --host or --port.',
      });
  }
}
