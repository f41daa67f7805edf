import { describe, expect, it, onTestFinished } from 'vitest';
import type { CompletionRequest } from '../../src/domain/completion-request.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { ask, openTestEngine } from '../support/open-test-engine.ts';
import { type PlainRequest, respondJson, startPlainServer } from '../support/plain-server.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';
import { tempFolder } from '../support/temp-folder.ts';

const never = () => new AbortController().signal;
const CHEAP = 'deepseek/deepseek-chat';
const MINUTE_MS = 60_000;

/** Short enough for a test, and unlike any other pause. */
const MAX_DELAY_MS = 313;

/** Remembers how long calls were held back. */
function createWatchedClock(): Clock & { advance(ms: number): void; readonly pauses: number[] } {
  const clock = createSteppedClock();
  const pauses: number[] = [];
  const sleep: Clock['sleep'] = (ms, signal, options) => {
    if (ms <= MAX_DELAY_MS && ms >= MAX_DELAY_MS / 20) pauses.push(ms);
    return clock.sleep(ms, signal, options);
  };
  return { ...clock, pauses, sleep };
}

async function open({ policy = {}, ...rest }: Readonly<Record<string, unknown>>) {
  const config = { ...rest, policy: { throttle: { maxDelayMs: MAX_DELAY_MS }, ...(policy as object) } };
  const next = { usd: 0 };
  const server = await startPlainServer(({ body }: PlainRequest, response) => {
    const tokens = Math.round((next.usd / 0.15) * 1e6);
    respondJson(response, {
      id: 'x',
      object: 'chat.completion',
      created: 1,
      model: (body as { model: string }).model,
      choices: [{ index: 0, message: { role: 'assistant', content: 'Done.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens },
    });
  });
  onTestFinished(() => server.close());
  const clock = createWatchedClock();
  const date = new Date(clock.now());
  clock.advance(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 10, 12) - clock.now());
  const options = { upstream: server.url, config, clock, home: tempFolder() };
  const engine = await openTestEngine(options);
  const request = (parts: Partial<CompletionRequest> = {}) =>
    ask('hello', {
      maxOutputTokens: 10,
      ...parts,
      constraints: { sensitivity: 'normal', model: CHEAP, ...parts.constraints },
    });
  const spend = (usd: number, parts: Partial<CompletionRequest> = {}) => {
    next.usd = usd;
    clock.advance(2 * MINUTE_MS);
    return engine.pipeline.complete(request(parts), never());
  };
  return { engine, options, server, clock, spend, request };
}

describe('a budget that is spent far too fast (CST-18)', () => {
  it('is not one of which a burst after an idle hour took a tenth: the pace is that of the hour', async () => {
    const { engine, clock, spend } = await open({ budgets: [{ scope: 'all', window: 'day', limitUsd: 3 }] });
    await spend(0.1);
    await spend(0.36);
    await spend(0.03);
    expect([engine.alerts.open(), clock.pauses]).toEqual([[], []]);
    // Four times what would last for the rest of the day.
    await spend(1);
    expect(engine.alerts.open().map(({ kind }) => kind)).toContain('throttle');
  });

  it('slows calls down, says so in the plan, the answer and an alert, and lets them go again', async () => {
    const { engine, clock, spend, request } = await open({
      budgets: [{ scope: 'all', window: 'month', limitUsd: 100 }],
    });
    const look = () => engine.alerts.open().map(({ kind, subject }) => `${kind} ${subject}`);
    await spend(0.3);
    expect([look(), clock.pauses]).toEqual([[], []]);
    await spend(6);
    expect(look()).toEqual(['throttle all/month']);
    const { pauseMs, warnings } = await engine.pipeline.plan(request());
    expect(pauseMs).toBeGreaterThan(0);
    expect(warnings.at(-1)).toMatch(
      /^It waits \d\.\d s before it is sent\. Budget all\/month: \$6\.00 were spent in 60 min/,
    );

    const slowed = await spend(0.03);
    expect(slowed.status).toBe('complete');
    expect(slowed.warnings.at(-1)).toMatch(/^It waits/);
    expect(clock.pauses).toEqual([pauseMs]);
    clock.advance(4 * MINUTE_MS);
    look();
    const more = (await engine.pipeline.plan(request())).pauseMs ?? 0;
    expect(more).toBeGreaterThan(pauseMs ?? 0);

    clock.advance(2 * 60 * MINUTE_MS);
    expect(look()).toEqual([]);
    expect((await engine.pipeline.plan(request())).pauseMs).toBeUndefined();
    expect(engine.alerts.latest(1)).toMatchObject([{ kind: 'throttle', clearedAt: expect.any(Number) }]);
  });

  it('slows the first call of a new process, too, but none that another budget pays or that is free', async () => {
    const { engine, options, spend, clock } = await open({
      extends: 'budget',
      budgets: [{ scope: 'project:web', window: 'month', limitUsd: 20 }],
    });
    const web = { attribution: { surface: 'cli', project: 'web' } } as const;
    await spend(0.15, web);
    engine.alerts.open();
    await spend(2.4, web);
    engine.alerts.open();
    const next = await openTestEngine(options);
    clock.advance(2 * MINUTE_MS);
    const plan = (parts: Partial<CompletionRequest>) => next.pipeline.plan(ask('hello', parts));
    const named = (model: string) => ({ constraints: { sensitivity: 'normal' as const, model } });
    expect((await plan({ ...web, ...named(CHEAP) })).pauseMs).toBeGreaterThan(0);
    expect((await plan(named(CHEAP))).pauseMs).toBeUndefined();
    expect((await plan({ ...web, ...named('thudm/glm-4-9b:free') })).pauseMs).toBeUndefined();
  });

  it('makes nothing of a burst of seconds, nor where it is switched off', async () => {
    const budgets = [{ scope: 'all', window: 'day', limitUsd: 100 }];
    const { engine, request } = await open({ budgets });
    await engine.pipeline.complete(request(), never());
    engine.alerts.open();
    const off = await open({ budgets, policy: { throttle: { enabled: false } } });
    for (let i = 0; i < 4; i++) await off.spend(15);
    expect(off.engine.alerts.open().filter(({ kind }) => kind === 'throttle')).toEqual([]);
    expect(off.clock.pauses).toEqual([]);
  });
});

describe('the state of budgets steers routing (RTR-26)', () => {
  const DAY = { scope: 'all', window: 'day', limitUsd: 10, alertThresholds: { warning: 0.5, critical: 0.8 } };
  const STEADY = { throttle: { enabled: false } };
  const free = {
    sensitivity: 'normal' as const,
    model: 'auto',
    task: 'coding' as const,
    complexity: 'complex' as const,
  };

  it('past the warning prefers the cheapest of the profile, critical the cheapest of all, then only what is free', async () => {
    const { engine, spend } = await open({ extends: 'budget', budgets: [DAY], policy: STEADY });
    const plan = () => engine.pipeline.plan(ask('hello', { constraints: free }));
    const first = async () => {
      const { rule, candidates } = await plan();
      return [rule, candidates[0]?.deployment.model];
    };
    expect(await first()).toEqual(['taskTypeMapping.coding', CHEAP]);
    await spend(5.4);
    expect((await first())[0]).toBe('budgetLevel.warning');
    await spend(3);
    expect((await first())[0]).toBe('budgetLevel.critical');
    await spend(1.8);
    const exhausted = await plan();
    expect(exhausted.candidates.map(({ deployment }) => deployment.model)).toEqual(['thudm/glm-4-9b:free']);
    expect(exhausted.rejections.find(({ deployment }) => deployment.endsWith(CHEAP))?.code).toBe('over_budget');
  });

  it('stops free models as well where the policy says so', async () => {
    const { engine, spend } = await open({
      extends: 'budget',
      budgets: [DAY],
      policy: { ...STEADY, onExhausted: 'stop' },
    });
    await spend(10.2);
    const outcome = await engine.pipeline.complete(ask('hello', { constraints: free }), never());
    expect(outcome).toMatchObject({ status: 'refused', error: { code: 'budget_exceeded' } });
    expect(outcome.error?.message).toContain('onExhausted');
  });

  it('critical pauses what is marked as non-critical, says until when, and nothing else', async () => {
    const { engine, server, spend, clock } = await open({
      budgets: [DAY],
      policy: { ...STEADY, nonCritical: { tags: ['batch'], tasks: ['testing'], purposes: ['judge'] } },
    });
    const marked = { attribution: { surface: 'cli', tags: ['nightly', 'batch'] } } as const;
    expect((await spend(5.4, marked)).status).toBe('complete');
    await spend(3);
    const sent = server.requests.length;
    const paused = await spend(0.03, marked);
    expect(paused).toMatchObject({ status: 'refused', cost: { amount: 0 }, error: { code: 'budget_exceeded' } });
    expect(paused.error?.message).toMatch(
      /^Paused\. The call is non-critical \(its tag is "batch"\), .* all\/day has \$1\.60 of \$10\.00 left\. It resumes at \d{4}-\d\d-11T00:00:00\.000Z\.$/,
    );
    expect(paused.error?.details).toMatchObject({ paused: true, budget: 'all/day' });
    const others: Partial<CompletionRequest>[] = [
      { constraints: { sensitivity: 'normal', task: 'testing' } },
      { purpose: 'judge' },
      { constraints: { sensitivity: 'normal', nonCritical: true } },
    ];
    for (const parts of others) expect((await spend(0.03, parts)).status).toBe('refused');
    expect(server.requests.length).toBe(sent);
    // What a request says of itself counts for more than what it looks like.
    const urgent = { ...marked, constraints: { sensitivity: 'normal' as const, nonCritical: false } };
    expect((await spend(0.03, urgent)).status).toBe('complete');
    expect((await spend(0.03)).status).toBe('complete');
    clock.advance(24 * 60 * MINUTE_MS);
    expect((await spend(0.03, marked)).status).toBe('complete');
    expect(engine.ledger.budgets().find(({ budget }) => budget.id === 'all/day')?.level).toBe('normal');
  });

  it('takes a soft budget no further than the cheapest', async () => {
    const { engine, spend } = await open({ budgets: [{ ...DAY, enforcement: 'soft' }], policy: STEADY });
    await spend(12);
    expect((await spend(0.03)).status).toBe('complete');
    const { rule } = await engine.pipeline.plan(ask('hello', { constraints: free }));
    expect(rule).toBe('budgetLevel.critical');
  });
});
