import { describe, expect, it } from 'vitest';
import { refuseEndpoint } from '../../src/config/endpoint-guard.ts';

const hosted = { local: false, allowInsecureHttp: false };
const local = { local: true, allowInsecureHttp: false };

describe('the guard of base URLs', () => {
  it.each([
    'https://openrouter.ai/api/v1',
    'http://127.0.0.1:8080/v1',
    'http://localhost:11434/v1',
    'http://[::1]:9000/v1',
    'http://127.1/v1',
    'https://10.0.0.5/v1',
  ])('allows %s (SEC-02)', (url) => expect(refuseEndpoint(url, hosted)).toBeNull());

  it.each([
    'http://10.0.0.5:8000/v1',
    'http://192.168.1.2/v1',
    'http://[fd12::1]/v1',
    'http://ollama:11434/v1',
    'http://gpu.local/v1',
  ])('allows %s for a local provider only (SEC-02)', (url) => {
    expect(refuseEndpoint(url, local)).toBeNull();
    expect(refuseEndpoint(url, hosted)).toMatch(/private network/);
  });

  it.each(['http://openrouter.ai/api/v1', 'http://8.8.8.8/v1', 'http://172.32.0.1/v1'])(
    'refuses plain http to %s unless it is allowed expressly (SEC-02)',
    (url) => {
      expect(refuseEndpoint(url, local)).toMatch(/plain http/);
      expect(refuseEndpoint(url, { local: false, allowInsecureHttp: true })).toBeNull();
    },
  );

  it.each([
    'http://169.254.169.254/latest',
    'https://169.254.169.254/v1',
    'http://2852039166/v1',
    'http://0xa9fea9fe/v1',
    'http://[::ffff:169.254.169.254]/v1',
    'http://[fe80::1]/v1',
    'http://metadata.google.internal/v1',
    'https://metadata.google.internal./v1',
    'http://0.0.0.0:8000/v1',
  ])('refuses %s always (SEC-11)', (url) => {
    expect(refuseEndpoint(url, { local: true, allowInsecureHttp: true })).toMatch(/metadata/);
  });

  it.each(['ftp://x/v1', 'x', '', 'file:///etc/passwd', 'https://user:pw@host/v1', 'https://host/v1?key=1'])(
    'refuses %s as no base URL',
    (url) => expect(refuseEndpoint(url, hosted)).toMatch(/must/),
  );
});
