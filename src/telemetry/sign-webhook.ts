import { createHmac, timingSafeEqual } from 'node:crypto';

export const SIGNATURE_HEADER = 'x-farebox-signature';

/** `t=<seconds>,v1=<hex>`: an HMAC-SHA256 over the seconds, a dot and the body, so that an old message cannot be sent again. */
export function signWebhook(body: string, secret: string, epochMs: number): string {
  const seconds = Math.floor(epochMs / 1000);
  return `t=${seconds},v1=${digest(body, secret, seconds)}`;
}

/** Whether a signature is that of the body, and not older (or newer) than `toleranceMs`. For receivers, and for tests. */
export function verifyWebhook(
  signature: string,
  given: { readonly body: string; readonly secret: string; readonly now: number; readonly toleranceMs: number },
): boolean {
  const [, time, mac] = /^t=(\d{1,15}),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  if (time === undefined || mac === undefined) return false;
  const seconds = Number(time);
  const expected = digest(given.body, given.secret, seconds);
  return (
    Math.abs(given.now - seconds * 1000) <= given.toleranceMs &&
    timingSafeEqual(Buffer.from(mac), Buffer.from(expected))
  );
}

function digest(body: string, secret: string, seconds: number): string {
  return createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
}
