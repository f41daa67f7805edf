import type { LookupAddress } from 'node:dns';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { isPublicAddress } from '../../src/lib/public-address.ts';
import { PrivateAddressError, publicLookup } from '../../src/telemetry/guarded-lookup.ts';
import { postWebhook } from '../../src/telemetry/post-webhook.ts';
import { signWebhook, verifyWebhook } from '../../src/telemetry/sign-webhook.ts';
import { type PlainRequest, startPlainServer } from '../support/plain-server.ts';

const SECRET = 'a secret between two';
const never = () => new AbortController().signal;

async function receiver(respond: Parameters<typeof startPlainServer>[0] = (_, response) => void response.end('ok')) {
  const server = await startPlainServer(respond);
  onTestFinished(() => server.close());
  const { port } = new URL(server.url);
  return { server, port, url: `http://127.0.0.1:${port}/hook?key=1` };
}

const post = (
  url: string,
  parts: { secret?: string | null; allowPrivateAddresses?: boolean; signal?: AbortSignal; timeoutMs?: number } = {},
) => {
  const { secret = null, allowPrivateAddresses = true, signal = never(), timeoutMs } = parts;
  return postWebhook({ url, secret, allowPrivateAddresses }, '{"event":"alert.test"}', {
    clock: systemClock,
    userAgent: 'farebox/0',
    signal,
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
};

describe('a webhook', () => {
  it('is posted to as JSON, signed over time and body', async () => {
    const { server, url } = await receiver();
    expect(await post(url, { secret: SECRET })).toEqual({ type: 'delivered', status: 200 });
    const { method, path, headers, body } = server.requests[0] as PlainRequest;
    expect([method, path, headers['content-type'], headers['user-agent']]).toEqual([
      'POST',
      '/hook?key=1',
      'application/json',
      'farebox/0',
    ]);
    const given = { body: JSON.stringify(body), secret: SECRET, now: systemClock.now(), toleranceMs: 60_000 };
    const signature = String(headers['x-farebox-signature']);
    expect(signature).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
    expect(verifyWebhook(signature, given)).toBe(true);
    expect(verifyWebhook(signature, { ...given, body: '{}' })).toBe(false);
    expect(verifyWebhook(signature, { ...given, secret: 'another' })).toBe(false);
    expect(verifyWebhook(signature, { ...given, now: given.now + 61_000 })).toBe(false);
    expect(verifyWebhook('v1=nothing', given)).toBe(false);
  });

  it('without a secret is not signed', async () => {
    const { server, url } = await receiver();
    await post(url);
    expect(server.requests[0]?.headers['x-farebox-signature']).toBeUndefined();
  });

  it.each([
    [302, false],
    [307, false],
    [401, false],
    [404, false],
    [410, false],
    [408, true],
    [429, true],
    [500, true],
    [503, true],
  ])('that answers %d failed; again: %s', async (status, again) => {
    const elsewhere = await receiver();
    const { url } = await receiver((_, response) => {
      response.writeHead(status, { location: elsewhere.url });
      response.end();
    });
    expect(await post(url)).toMatchObject({ type: 'failed', again, reason: expect.stringContaining(String(status)) });
    expect(elsewhere.server.requests).toEqual([]);
  });

  it('that does not answer in time, or at all, is tried again later', async () => {
    const { url, server } = await receiver(() => {});
    expect(await post(url, { timeoutMs: 30 })).toEqual({
      type: 'failed',
      reason: 'it did not answer within 0.03 s',
      again: true,
    });
    await server.close();
    expect(await post(url)).toMatchObject({
      type: 'failed',
      again: true,
      reason: expect.stringMatching(/ECONNREFUSED/),
    });
  });

  it('gives way at once when farebox ends', async () => {
    const { url } = await receiver(() => {});
    const stop = new AbortController();
    const posted = post(url, { signal: stop.signal });
    stop.abort();
    expect(await posted).toMatchObject({ type: 'failed', again: true });
  });

  it('may answer endlessly: nobody reads it', async () => {
    const { url } = await receiver((_, response) => {
      response.writeHead(200);
      response.write('x'.repeat(100_000));
    });
    expect(await post(url)).toEqual({ type: 'delivered', status: 200 });
  });
});

describe('addresses that webhooks may not have (SEC-11)', () => {
  const HOSTS = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '224.0.0.1',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:a9fe:a9fe]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '[ff02::1]',
  ];

  it.each(HOSTS)('%s is refused before anything is sent', async (host) => {
    const { server, port } = await receiver();
    const result = await post(`https://${host}:${port}/`, { allowPrivateAddresses: false });
    expect(result).toMatchObject({
      type: 'failed',
      again: false,
      reason: expect.stringContaining('not on the public internet'),
    });
    expect(server.sockets()).toBe(0);
  });

  it('a name is refused by the address that it turns out to have, when it is connected to', async () => {
    const { server, port } = await receiver();
    for (const host of ['localhost', 'LocalHost']) {
      const result = await post(`https://${host}:${port}/`, { allowPrivateAddresses: false });
      expect(result).toEqual({
        type: 'failed',
        again: false,
        reason: expect.stringContaining('not on the public internet'),
      });
    }
    expect(server.sockets()).toBe(0);
    const looked = await new Promise<{ error: Error | null; address: string | LookupAddress[] }>((resolve) => {
      publicLookup('localhost', { all: true }, (error, address) => resolve({ error, address }));
    });
    expect(looked.error).toBeInstanceOf(PrivateAddressError);
    // What the address is, stays inside.
    expect(looked.error?.message).not.toMatch(/127|::1/);
  });

  it('plain http and names with passwords are refused', async () => {
    const { server, port } = await receiver();
    expect(await post(`http://example.com:${port}/`, { allowPrivateAddresses: false })).toMatchObject({
      reason: 'it is not https',
      again: false,
    });
    expect(await post(`http://user:pass@127.0.0.1:${port}/`)).toMatchObject({ type: 'failed', again: false });
    expect(server.requests).toEqual([]);
  });

  it('lets public ones through, and no IPv4 address in the clothes of IPv6', () => {
    expect(['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111', '2a00:1450::1'].map(isPublicAddress)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['', 'localhost', '8.8.8', '::ffff:8.8.8.8'].map(isPublicAddress)).toEqual([false, false, false, false]);
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(isPublicAddress(`::ffff:${address}`)).toBe(false);
        expect(isPublicAddress(`64:ff9b::${address}`)).toBe(false);
      }),
    );
  });
});

describe('a signature', () => {
  it('is that of the body alone, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), fc.integer({ min: 0, max: 4e12 }), (body, secret, now) => {
        const signature = signWebhook(body, secret, now);
        expect(verifyWebhook(signature, { body, secret, now, toleranceMs: 1_000 })).toBe(true);
        expect(verifyWebhook(signature, { body: `${body}x`, secret, now, toleranceMs: 1_000 })).toBe(false);
      }),
    );
  });
});
