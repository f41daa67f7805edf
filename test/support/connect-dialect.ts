import { onTestFinished } from 'vitest';
import type { ProviderKind } from '../../src/config/config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { chooseDialect } from '../../src/providers/choose-dialect.ts';
import { createHttpProvider, type HttpProviderOptions } from '../../src/providers/http-provider.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { type PlainServer, startPlainServer } from './plain-server.ts';

/** A plain server that is closed with the test. `origin` is its URL without a path. */
export async function serve(
  respond: NonNullable<Parameters<typeof startPlainServer>[0]>,
): Promise<PlainServer & { readonly origin: string }> {
  const server = await startPlainServer(respond);
  onTestFinished(() => server.close());
  return Object.assign(server, { origin: new URL(server.url).origin });
}

/** A provider of a kind at a base URL, closed with the test. */
export function connect(kind: ProviderKind, baseUrl: string, options: Partial<HttpProviderOptions> = {}): Provider {
  const provider = createHttpProvider(
    {
      name: kind,
      baseUrl,
      apiKey: null,
      headers: {},
      timeouts: { connect: 5_000, firstToken: 10_000, idle: 10_000, total: 60_000 },
      clock: systemClock,
      version: '0.0.0',
      ...options,
    },
    chooseDialect({ kind, name: kind, baseUrl }),
  );
  onTestFinished(() => provider.close());
  return provider;
}
