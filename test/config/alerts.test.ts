import { describe, expect, it } from 'vitest';
import { ALERT_KINDS } from '../../src/domain/alert.ts';
import { fromUsd } from '../../src/domain/money.ts';
import { loadTestConfig } from '../support/load-test-config.ts';

const load = (file: Record<string, unknown>) => loadTestConfig({ files: { 'config.json': file } });
const webhook = (parts: Record<string, unknown>) => ({ policy: { alerts: { webhooks: [parts] } } });

describe('the configuration of alerts', () => {
  it('tells everything where nothing is said, from the figures of the profile on', () => {
    const { policy } = load({});
    expect(policy.alerts).toMatchObject({
      kinds: ALERT_KINDS,
      webhooks: [],
      errorRates: { api: 0.01, timeout: 0.005, quality: 0.05 },
      latencyP95Ms: null,
      hostingMonthly: fromUsd(40),
    });
    expect([policy.onExhausted, policy.nonCritical.tags, policy.throttle?.beginsAt]).toEqual(['free', [], 4]);
  });

  it('follows monitoring.errorTracking of the profile', () => {
    expect(load({ extends: 'budget' }).policy.alerts.errorRates).toBeNull();
    const off = load({ monitoring: { errorTracking: { enabled: false } } }).policy.alerts;
    expect([off.errorRates, off.kinds.includes('provider_down')]).toEqual([null, false]);
    const asked = { extends: 'budget', policy: { alerts: { errorRates: { api: 0.2 } } } };
    expect(load(asked).policy.alerts.errorRates).toEqual({ api: 0.2, timeout: 0.005, quality: 0.05 });
  });

  it.each([
    ['http://hooks.example/x', /plain http/],
    ['https://user:pass@hooks.example/x', /user name or password/],
    ['https://127.0.0.1/x', /not on the public internet/],
    ['https://2130706433/x', /not on the public internet/],
    ['https://[::ffff:10.0.0.1]/x', /not on the public internet/],
    ['ftp://hooks.example/x', /must be an https URL/],
    ['nonsense', /must be an https URL/],
  ])('refuses the webhook %s, without telling it', (url, problem) => {
    const loading = () => load(webhook({ url }));
    expect(loading).toThrow(problem);
    expect(loading).toThrow(/policy\.alerts\.webhooks\[0\]\.url/);
    expect(loading).not.toThrow(url);
  });

  it('takes an address of this machine where that is said', () => {
    const { policy } = load(webhook({ url: 'http://127.0.0.1:9/x', allowPrivateAddresses: true }));
    expect(policy.alerts.webhooks).toMatchObject([{ url: 'http://127.0.0.1:9/x', secret: null, kinds: ALERT_KINDS }]);
  });

  it('hides the secret of a webhook, and what follows the host of its address', () => {
    const url = 'https://hooks.example/services/T0123/abcdefgh';
    const config = load(webhook({ url, secret: 'a-shared-secret' }));
    const shown = JSON.stringify(config.provenance);
    expect(shown).toContain('https://hooks.example');
    expect(shown).not.toContain('abcdefgh');
    expect(shown).not.toContain('a-shared-secret');
  });

  it('knows its kinds', () => {
    const loading = () => load({ policy: { alerts: { kinds: ['budgets'] } } });
    expect(loading).toThrow(/policy\.alerts\.kinds\[0\].*budget/);
  });
});
