import { describe, expect, it, onTestFinished } from 'vitest';
import type { CompletionRequest } from '../../src/domain/completion-request.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { startAlertReceiver } from '../support/alert-receiver.ts';
import { ask, openTestEngine, QUICK_RETRIES } from '../support/open-test-engine.ts';
import { type PlainRequest, respondJson, startPlainServer } from '../support/plain-server.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';
import { tempFolder } from '../support/temp-folder.ts';

const never = () => new AbortController().signal;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const CHEAP = 'deepseek/deepseek-chat';

/** An upstream whose answers cost what the test says, at $0.15 a million tokens; `status` other than 200 fails. */
async function startUpstream() {
  const next = { usd: 0.03, status: 200, reportedUsd: null as number | null };
  const server = await startPlainServer(({ body }: PlainRequest, response) => {
    if (next.status !== 200) return respondJson(response, { error: { message: 'out of order' } }, next.status);
    const tokens = Math.round((next.usd / 0.15) * 1e6);
    respondJson(response, {
      id: 'x',
      object: 'chat.completion',
      created: 1,
      model: (body as { model: string }).model,
      choices: [{ index: 0, message: { role: 'assistant', content: 'Done.' }, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: tokens,
        completion_tokens: 0,
        total_tokens: tokens,
        ...(next.reportedUsd !== null && { cost: next.reportedUsd }),
      },
    });
  });
  onTestFinished(() => server.close());
  return { server, next };
}

/** Far from the ends of day and month, whenever the test runs. */
function noonOfNextMonth(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 10, 12);
}

async function open(config: Readonly<Record<string, unknown>>, environment: Record<string, string> = {}) {
  const [upstream, receiver, clock] = [await startUpstream(), await startAlertReceiver(), createSteppedClock()];
  clock.advance(noonOfNextMonth(clock.now()) - clock.now());
  const { policy = {}, ...rest } = config as { policy?: Record<string, unknown> };
  const { alerts = {}, ...others } = policy as { alerts?: Record<string, unknown> };
  const home = tempFolder();
  const engineOptions = {
    upstream: upstream.server.url,
    config: { ...rest, policy: { ...others, alerts: { ...alerts, webhooks: [receiver.config] } } },
    environment,
    clock,
    home,
  };
  const engine = await openTestEngine(engineOptions);
  const spend = (usd: number, parts: Partial<CompletionRequest> = {}) => {
    upstream.next.usd = usd;
    // So many tokens use up what the provider takes in a minute.
    clock.advance(2 * MINUTE_MS);
    const constraints = { sensitivity: 'normal' as const, model: CHEAP, ...parts.constraints };
    return engine.pipeline.complete(ask('hello', { maxOutputTokens: 10, ...parts, constraints }), never());
  };
  return { engine, engineOptions, upstream, receiver, clock, spend };
}

const kinds = (engine: Engine) => engine.alerts.open().map(({ kind, level }) => `${kind} ${level}`);

describe('alerts of a running engine (MON-05, CST-04)', () => {
  it('tell of each threshold of a $50 budget once, to the webhook, and that it is over in the next month', async () => {
    const { engine, engineOptions, receiver, clock, spend } = await open({
      extends: 'budget',
      // Spending all of it within minutes slows calls down, which is not what this is about.
      policy: { throttle: { enabled: false } },
    });
    for (const usd of [39.99, 0.03, 7.47, 0.03]) await spend(usd);
    // Another process on the same ledger sees the same, and tells nobody.
    const other = await openTestEngine(engineOptions);
    expect(kinds(other)).toEqual(['budget critical']);
    expect(kinds(engine)).toEqual(['budget critical']);
    for (const usd of [2.46, 0.03]) await spend(usd);
    const told = await receiver.until(3);
    expect(told.map(({ event, subject, level, message }) => [event, subject, level, message])).toEqual([
      [
        'alert.raised',
        'all/month',
        'warning',
        expect.stringMatching(/passed its warning threshold: \$40\.02 of \$50\.00; it resets at/),
      ],
      ['alert.raised', 'all/month', 'critical', expect.stringContaining('$47.52 of $50.00')],
      ['alert.raised', 'all/month', 'exhausted', expect.stringContaining('used up: $50.01 of $50.00')],
    ]);
    expect((await spend(0.03)).error?.code).toBe('budget_exceeded');

    clock.advance(40 * DAY_MS);
    expect(kinds(engine)).toEqual([]);
    expect((await receiver.until(4)).at(-1)).toMatchObject({ event: 'alert.cleared', subject: 'all/month' });
    expect(engine.alerts.latest(5)).toMatchObject([{ level: 'exhausted', clearedAt: expect.any(Number) }]);
    await spend(40.02);
    expect((await receiver.until(5)).at(-1)).toMatchObject({ event: 'alert.raised', level: 'warning' });
  });

  it('tell of a spike, once a day, where an hour costs many times what it usually does', async () => {
    const { engine, clock, spend } = await open({ policy: { throttle: { enabled: false } } });
    for (let i = 0; i < 7; i++) {
      clock.advance(3_600_000);
      await spend(0.3);
    }
    expect(kinds(engine)).toEqual([]);
    clock.advance(3_600_000);
    await spend(1.8);
    expect(kinds(engine)).toEqual(['spend_spike warning']);
    clock.advance(3_600_000);
    expect(kinds(engine)).toEqual([]);
  });

  it('tell of a model without a price, and no more once it is known or the day is over', async () => {
    const { engine, receiver, clock, spend } = await open({
      catalogue: [{ provider: 'openrouter', model: 'acme/unheard-of' }],
      policy: { unpricedCallCeilingUsd: 1 },
    });
    await spend(1, { constraints: { sensitivity: 'normal', model: 'openrouter/acme/unheard-of' } });
    expect(kinds(engine)).toEqual(['unknown_price warning']);
    expect((await receiver.until(1))[0]).toMatchObject({ subject: 'openrouter/acme/unheard-of', simulated: false });
    clock.advance(DAY_MS);
    expect(kinds(engine)).toEqual([]);
  });

  it('tell where the provider charges something else than its price', async () => {
    const { engine, upstream, spend } = await open({});
    upstream.next.reportedUsd = 0.045;
    for (let i = 0; i < 3; i++) await spend(0.03);
    expect(engine.alerts.open()).toMatchObject([
      { kind: 'price_drift', subject: `openrouter/${CHEAP}`, message: expect.stringContaining('50 % more') },
    ]);
  });

  it('tell of a provider that is down and of a rate of errors, and when it works again', async () => {
    const { engine, upstream, receiver, clock, spend } = await open(QUICK_RETRIES);
    for (let i = 0; i < 20; i++) await spend(0.00003);
    upstream.next.status = 500;
    await spend(0.00003);
    await spend(0.00003);
    const down = engine.alerts.open();
    expect(down.map(({ kind, subject }) => `${kind} ${subject}`).sort()).toEqual([
      'error_rate api',
      'provider_down openrouter',
    ]);
    upstream.next.status = 200;
    clock.advance(60_000);
    await spend(0.00003);
    expect(engine.alerts.open().map(({ kind }) => kind)).toEqual(['error_rate']);
    clock.advance(2 * 3_600_000);
    expect(engine.alerts.open()).toEqual([]);
    const told = await receiver.until(4);
    expect(told.filter(({ kind }) => kind === 'provider_down').map(({ event }) => event)).toEqual([
      'alert.raised',
      'alert.cleared',
    ]);
  });

  it('tell of a free quota that is nearly used up, then used up', async () => {
    const { engine, spend } = await open({
      providers: { openrouter: { freeQuota: { requestsPerDay: 5, thenPaid: true } } },
    });
    for (let i = 0; i < 3; i++) await spend(0.03);
    expect(kinds(engine)).toEqual([]);
    await spend(0.03);
    expect(kinds(engine)).toEqual(['free_quota warning']);
    await spend(0.03);
    expect(kinds(engine)).toEqual(['free_quota exhausted']);
  });

  it('tell of each session that passes the threshold of a budget by session', async () => {
    const { receiver, spend } = await open({ budgets: [{ scope: 'all', window: 'session', limitUsd: 1 }] });
    const inSession = (sessionId: string) => ({ attribution: { surface: 'mcp', sessionId } }) as const;
    await spend(0.78, inSession('a'));
    await spend(0.3, inSession('b'));
    expect((await spend(0.3, inSession('a'))).status).toBe('complete');
    expect((await spend(0.3, inSession('a'))).error?.code).toBe('budget_exceeded');
    expect((await spend(0.6, inSession('b'))).status).toBe('complete');
    expect((await receiver.until(3)).map(({ subject, level }) => `${subject} ${level}`)).toEqual([
      'all/session warning',
      'all/session exhausted',
      'all/session critical',
    ]);
  });

  it('tell only what was asked for, while all of it is still known', async () => {
    const { engine, receiver, spend } = await open({
      policy: { alerts: { kinds: ['price_drift'] } },
      budgets: [{ scope: 'all', window: 'day', limitUsd: 1 }],
    });
    await spend(1.2);
    expect(kinds(engine)).toEqual(['budget exhausted']);
    await engine.close();
    expect(receiver.received).toEqual([]);
  });

  it('are looked for by themselves, without anybody who asks', async () => {
    const { receiver, spend } = await open({ budgets: [{ scope: 'all', window: 'day', limitUsd: 1 }] });
    await spend(0.99);
    expect((await receiver.until(1))[0]).toMatchObject({ level: 'critical', subject: 'all/day' });
  });

  it('are told about the sandbox as such, and apart from the real world', async () => {
    const receiver = await startAlertReceiver();
    const config = {
      budgets: [{ scope: 'all', window: 'day', limitUsd: 0.0000001, enforcement: 'soft' }],
      policy: { sandbox: 'on', alerts: { webhooks: [receiver.config] } },
    };
    const home = tempFolder();
    const engine = await openTestEngine({ home, config });
    await engine.pipeline.complete(ask('hello', { maxOutputTokens: 20 }), never());
    const open = engine.alerts.open();
    expect(open.length).toBeGreaterThan(0);
    expect((await receiver.until(1))[0]?.simulated).toBe(true);
    const upstream = await startUpstream();
    const real = await openTestEngine({ home, upstream: upstream.server.url, config: { policy: { sandbox: 'off' } } });
    expect(real.alerts.open()).toEqual([]);
  });
});
