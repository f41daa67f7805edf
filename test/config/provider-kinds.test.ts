import { describe, expect, it } from 'vitest';
import { loadTestConfig } from '../support/load-test-config.ts';

const anthropicOf = (input: Parameters<typeof loadTestConfig>[0]) =>
  loadTestConfig(input).providers.find(({ name }) => name === 'anthropic');

describe('the kind of a provider (UPS-01)', () => {
  it('is its own for a built-in one, unless the configuration says otherwise', () => {
    expect(anthropicOf({})).toMatchObject({ kind: 'anthropic', baseUrl: 'https://api.anthropic.com/v1' });
    const anthropic = { kind: 'openai-compatible', baseUrl: 'https://proxy.test/openai' };
    expect(anthropicOf({ files: { 'config.json': { providers: { anthropic } } } })).toMatchObject(anthropic);
  });

  it.each([
    ['https://proxy.test', 'https://proxy.test/v1'],
    ['https://proxy.test/anthropic/', 'https://proxy.test/anthropic/v1'],
    ['https://proxy.test/v1', 'https://proxy.test/v1'],
    ['https://proxy.test/v1beta', 'https://proxy.test/v1beta'],
  ])(
    'makes of ANTHROPIC_BASE_URL %s the address %s, as clients of Anthropic write it without a version',
    (url, baseUrl) => {
      expect(anthropicOf({ env: { ANTHROPIC_BASE_URL: url } })).toMatchObject({ baseUrl });
    },
  );

  it('may be anthropic for a provider of the user, too', () => {
    const mine = { kind: 'anthropic', baseUrl: 'http://127.0.0.1:8080', local: true };
    const config = loadTestConfig({ files: { 'config.json': { providers: { mine } } } });
    expect(config.providers.find(({ name }) => name === 'mine')).toMatchObject({
      kind: 'anthropic',
      baseUrl: 'http://127.0.0.1:8080/v1',
    });
  });
});
