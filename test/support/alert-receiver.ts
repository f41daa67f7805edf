import { onTestFinished } from 'vitest';
import { verifyWebhook } from '../../src/telemetry/sign-webhook.ts';
import { type PlainRequest, startPlainServer } from './plain-server.ts';

export interface ReceivedAlert {
  readonly id: string;
  readonly event: string;
  readonly kind: string;
  readonly subject: string;
  readonly level: string;
  readonly message: string;
  readonly simulated: boolean;
}

const SECRET = 'between farebox and its receiver';

/** A webhook on this machine that checks what it gets. */
export async function startAlertReceiver(statuses: number[] = []): Promise<{
  /** For `policy.alerts.webhooks`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly received: readonly ReceivedAlert[];
  /** Resolves once so many have come. */
  until(count: number): Promise<readonly ReceivedAlert[]>;
}> {
  const received: ReceivedAlert[] = [];
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server = await startPlainServer((request: PlainRequest, response) => {
    const signature = String(request.headers['x-farebox-signature']);
    // The wall clock of a test may have been set forward.
    const given = { body: JSON.stringify(request.body), secret: SECRET, now: Date.now(), toleranceMs: 1e13 };
    const status = verifyWebhook(signature, given) ? (statuses.shift() ?? 204) : 401;
    response.writeHead(status).end();
    if (status !== 204) return;
    received.push(request.body as ReceivedAlert);
    for (const each of waiting) if (received.length >= each.count) each.resolve();
    waiting = waiting.filter(({ count }) => received.length < count);
  });
  onTestFinished(() => server.close());
  return {
    config: { url: server.url, secret: SECRET, allowPrivateAddresses: true },
    received,
    until: async (count) => {
      if (received.length < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }));
      return received;
    },
  };
}
