import { describe, expect, it } from 'vitest';
import { checkOrigin, isLoopback } from '../../src/http/check-origin.ts';

describe('checkOrigin (SEC-12)', () => {
  it.each([
    ['127.0.0.1:4141', null],
    ['localhost', null],
    ['LOCALHOST:4141', null],
    ['[::1]:4141', null],
    ['127.0.0.1:4141', 'http://localhost:3000'],
    ['127.0.0.1:4141', 'http://127.0.0.1:4141'],
    ['farebox.internal:4141', 'https://farebox.internal'],
  ])('lets Host %s with Origin %s pass', (host, origin) => {
    expect(checkOrigin(host, origin, 'farebox.internal')).toBeNull();
  });

  it.each([
    [null, null],
    ['', null],
    ['evil.example', null],
    ['127.0.0.1.evil.example', null],
    ['localhost@evil.example', null],
    ['evil.example#localhost', null],
    ['127.0.0.1:4141/..', null],
    ['127.0.0.1', 'null'],
    ['127.0.0.1', ''],
    ['127.0.0.1', 'https://evil.example'],
    ['127.0.0.1', 'http://localhost.evil.example'],
    ['127.0.0.1', 'http://localhost@evil.example'],
    ['127.0.0.1', 'file://localhost'],
    ['127.0.0.1', 'chrome-extension://localhost'],
  ])('stops Host %s with Origin %s', (host, origin) => {
    expect(checkOrigin(host, origin, '127.0.0.1')).toMatch(/is not a name of this server|may not call/);
  });
});

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.8.9.1', 'localhost', '::1', '[::1]'])('knows %s', (host) =>
    expect(isLoopback(host)).toBe(true),
  );
  it.each(['0.0.0.0', '::', '192.168.1.2', 'example.com', '127.0.0.1.nip.io', ''])('does not take %s for one', (host) =>
    expect(isLoopback(host)).toBe(false),
  );
});
