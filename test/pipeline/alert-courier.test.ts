import { describe, expect, it } from 'vitest';
import { resolveAlerts } from '../../src/config/resolve-alerts.ts';
import type { AlertNotice } from '../../src/domain/alert.ts';
import { createAlertCourier } from '../../src/pipeline/alerts/alert-courier.ts';
import { createAlertOutbox } from '../../src/spend/alert-outbox.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import type { PostResult } from '../../src/telemetry/post-webhook.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { NOON } from '../support/ledger-facts.ts';
import { openTestDatabase } from '../support/open-test-database.ts';

const URLS = ['https://one.example/hook', 'https://two.example/hook'];
const notice = (subject: string, kind: AlertNotice['alert']['kind'] = 'budget'): AlertNotice => ({
  event: 'raised',
  alert: { kind, subject, period: 0, level: 'warning', message: `${subject} is low`, raisedAt: NOON },
  simulated: false,
  at: NOON,
});
const LATER: PostResult = { type: 'failed', reason: 'it answered HTTP 503', again: true };
const OK: PostResult = { type: 'delivered', status: 200 };

/** A process with a courier; `answers` are what the first webhook says, each once, then that it took it. */
async function open(path?: string) {
  const database = await openTestDatabase(path === undefined ? {} : { path });
  const clock = createFakeClock(NOON);
  const outbox = createAlertOutbox(database, clock.now);
  const logged: string[] = [];
  const begin = (answers: PostResult[] = []) => {
    const sent: { host: string; subject: string; at: number }[] = [];
    const alerts = { webhooks: URLS.map((url, i) => ({ url, ...(i === 1 && { kinds: ['throttle' as const] }) })) };
    const courier = createAlertCourier({
      webhooks: resolveAlerts({ policy: { alerts } }).webhooks,
      outbox,
      post: async ({ url }, body) => {
        const { subject } = JSON.parse(body) as { subject: string };
        sent.push({ host: new URL(url).host, subject, at: clock.now() - NOON });
        return answers.shift() ?? OK;
      },
      clock,
      random: { next: () => 0.5, bytes: () => new Uint8Array(16) },
      log: { ...silentLog, warn: (message) => logged.push(message), error: (message) => logged.push(message) },
      secrets: ['hidden-value'],
    });
    return { courier, sent };
  };
  /** Lets what is under way come to rest. */
  const rest = async () => {
    for (let i = 0; i < 50; i++) await Promise.resolve();
  };
  const pass = async (ms: number) => {
    clock.advance(ms);
    await rest();
  };
  const keep = (...given: AlertNotice[]) =>
    database.transaction(() => given.forEach((each) => void begin().courier.keep(each)))();
  return { database, clock, outbox, begin, rest, pass, keep, logged };
}

describe('what webhooks are told', () => {
  it('goes to each that wants it, in order, and once', async () => {
    const { begin, rest, keep } = await open();
    keep(notice('a'), notice('b', 'throttle'));
    const { courier, sent } = begin();
    courier.start();
    courier.start();
    await rest();
    expect(sent.map(({ host, subject }) => `${host} ${subject}`).sort()).toEqual([
      'one.example a',
      'one.example b',
      'two.example b',
    ]);
    expect(courier.waiting()).toEqual([
      { host: 'one.example', waiting: 0 },
      { host: 'two.example', waiting: 0 },
    ]);
  });

  it('is tried again after a second, two, four … until it is taken', async () => {
    const { begin, rest, pass, keep, logged } = await open();
    keep(notice('a'));
    const { courier, sent } = begin([LATER, LATER, LATER]);
    courier.start();
    await rest();
    for (const ms of [999, 1, 1_999, 1, 4_000, 60_000]) await pass(ms);
    expect(sent.map(({ at }) => at)).toEqual([0, 1_000, 3_000, 7_000]);
    expect(logged).toHaveLength(3);
  });

  it('does not wait for an older one that is to be tried again later', async () => {
    const { begin, rest, keep } = await open();
    keep(notice('a'));
    const { courier, sent } = begin([LATER]);
    courier.start();
    await rest();
    keep(notice('b'));
    courier.start();
    await rest();
    expect(sent.map(({ subject }) => subject)).toEqual(['a', 'b']);
  });

  it('is given up where trying again is useless, and after a day', async () => {
    const { begin, rest, pass, keep, outbox } = await open();
    keep(notice('a'));
    const { courier, sent } = begin([
      { type: 'failed', reason: 'it answered HTTP 404', again: false },
      ...Array.from({ length: 100 }, () => LATER),
    ]);
    courier.start();
    await rest();
    expect([sent.length, courier.waiting()[0]?.waiting]).toEqual([1, 0]);
    keep(notice('b'));
    courier.start();
    for (let hour = 0; hour < 26; hour++) await pass(3_600_000);
    // Ten doublings to the hour, then hourly.
    expect(sent.length).toBeLessThan(40);
    expect(outbox.forget(Number.MAX_SAFE_INTEGER)).toBe(0);
  });

  it('outlives its process: the next one delivers what was left, and no two deliver the same', async () => {
    const { begin, rest, pass, keep, database, clock } = await open();
    keep(notice('a'), notice('b'));
    const dying = begin([LATER, LATER]);
    dying.courier.start();
    await rest();
    await dying.courier.close(1_000);
    expect(dying.courier.waiting()[0]).toEqual({ host: 'one.example', waiting: 2 });

    const [here, there] = [begin(), begin()];
    clock.advance(5_000);
    for (const { courier } of [here, there]) courier.start();
    await pass(40_000);
    expect([...here.sent, ...there.sent].map(({ subject }) => subject).sort()).toEqual(['a', 'b']);
    expect(database.sqlite.prepare('SELECT count(*) AS n FROM alert_deliveries').get()).toEqual({ n: 0 });
  });

  it('does not hold up the end of a process for longer than it may', async () => {
    const { database, clock, outbox, keep } = await open();
    keep(notice('a'));
    let aborted = false;
    const courier = createAlertCourier({
      webhooks: resolveAlerts({ policy: { alerts: { webhooks: [{ url: URLS[0] ?? '' }] } } }).webhooks,
      outbox,
      post: (_, __, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            resolve(LATER);
          });
        }),
      clock,
      random: { next: () => 0.5, bytes: () => new Uint8Array(16) },
      log: silentLog,
      secrets: [],
    });
    courier.start();
    const closed = courier.close(1_500);
    await Promise.resolve();
    expect(aborted).toBe(false);
    clock.advance(1_500);
    await closed;
    expect([
      aborted,
      outbox.nextDue('x'),
      database.sqlite.prepare('SELECT attempts FROM alert_deliveries').all(),
    ]).toEqual([true, null, [{ attempts: 1 }]]);
  });

  it('holds no secret, nor does the database hold the address', async () => {
    const { database, begin, keep, rest } = await open();
    keep(notice('hidden-value'));
    const rows = JSON.stringify(database.sqlite.prepare('SELECT * FROM alert_deliveries').all());
    expect(rows).not.toContain('hidden-value');
    expect(rows).not.toContain('example');
    const { courier, sent } = begin();
    courier.start();
    await rest();
    expect(sent).toHaveLength(1);
  });
});
