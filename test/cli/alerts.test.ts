import { describe, expect, it } from 'vitest';
import type { OpenAlert } from '../../src/domain/alert.ts';
import { createFakeEngine, type FakeEngine } from '../support/fake-engine.ts';
import { runFarebox } from '../support/run-cli.ts';

const alerts: readonly OpenAlert[] = [
  {
    kind: 'budget',
    subject: 'all/month',
    period: 1,
    level: 'critical',
    message: 'Budget all/month has passed its critical threshold: $47.52 of $50.00.',
    raisedAt: Date.UTC(2026, 10, 21, 9, 30),
  },
  {
    kind: 'provider_down',
    subject: 'groq',
    period: 0,
    level: 'warning',
    message: 'Provider groq is down.',
    raisedAt: Date.UTC(2026, 10, 21, 9, 31),
  },
];
const withEngine = (engine: FakeEngine) => ({ openEngine: async () => engine });

describe('alerts', () => {
  it('shows what is wrong now, and in JSON the same with its names', async () => {
    const engine = createFakeEngine({ alerts });
    const run = await runFarebox(['alerts'], withEngine(engine));
    expect(run.stdout).toMatchInlineSnapshot(`
      "since (UTC)       level     kind           what
      2026-11-21 09:30  critical  budget         Budget all/month has passed its critical threshold:
                                                 $47.52 of $50.00.
      2026-11-21 09:31  warning   provider_down  Provider groq is down.
      "
    `);
    const json = await runFarebox(['alerts', '--json', '--past'], withEngine(engine));
    expect(JSON.parse(json.stdout)).toMatchObject({
      open: [{ kind: 'budget', subject: 'all/month', level: 'critical', raised_at: '2026-11-21T09:30:00.000Z' }, {}],
      past: [{ cleared_at: null }, {}],
      webhooks: [],
      simulated: false,
    });
  });

  it('says so where nothing is wrong', async () => {
    expect((await runFarebox(['alerts'], withEngine(createFakeEngine()))).stdout).toBe('Nothing is wrong.\n');
  });

  it('tests every webhook, and fails where one does not take it', async () => {
    const engine = createFakeEngine();
    const results = [
      { host: 'one.example', result: { type: 'delivered', status: 204 }, durationMs: 12 },
      { host: 'two.example', result: { type: 'failed', reason: 'it answered HTTP 500', again: true }, durationMs: 3 },
    ] as const;
    const testing = { ...engine, alerts: { ...engine.alerts, test: async () => results } };
    const run = await runFarebox(['alerts', '--test'], { openEngine: async () => testing });
    expect([run.code, run.stdout]).toEqual([
      1,
      expect.stringContaining('ok one.example took it (HTTP 204, 12 ms)\nfailed two.example: it answered HTTP 500'),
    ]);
    const json = await runFarebox(['alerts', '--test', '--json'], { openEngine: async () => testing });
    expect(JSON.parse(json.stdout)).toMatchObject({
      webhooks: [
        { delivered: true, http_status: 204 },
        { delivered: false, reason: 'it answered HTTP 500' },
      ],
    });
    const none = await runFarebox(['alerts', '--test'], withEngine(engine));
    expect([none.code, none.stdout]).toEqual([0, expect.stringContaining('No webhook is configured')]);
  });
});
