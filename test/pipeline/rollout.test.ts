import { describe, expect, it, onTestFinished } from 'vitest';
import { createFakeClock } from '../support/fake-clock.ts';
import { ask, openTestEngine } from '../support/open-test-engine.ts';
import { fixedCompletion, respondJson, startPlainServer } from '../support/plain-server.ts';

const never = new AbortController().signal;

/** A cheap profile and the dear model that it is to replace, at one server; `refuse` makes the cheap one fail. */
async function openMove({ refuse = false, clock = createFakeClock() } = {}) {
  const server = await startPlainServer((request, response) => {
    const { model } = request.body as { model: string };
    if (refuse && model === 'cheap') respondJson(response, { error: { message: 'no such thing' } }, 400);
    else respondJson(response, fixedCompletion(request.body));
  });
  onTestFinished(() => server.close());
  const model = (name: string, input: number) => ({ provider: 'p', model: name, pricing: { input, output: input } });
  const engine = await openTestEngine({
    clock,
    config: {
      name: 'own',
      models: { primary: model('cheap', 0.1) },
      catalogue: [model('dear', 10)],
      providers: { p: { baseUrl: server.url } },
      routing: { fallbackRules: { onError: false, maxRetries: 0 } },
    },
  });
  const askAbout = (topic: number, turn = 0) => {
    const first = ask(`Tell me about number ${topic}.`);
    const later = [
      { role: 'assistant', content: 'It is a number.' },
      { role: 'user', content: `And turn ${turn}?` },
    ] as const;
    return engine.pipeline.complete(turn === 0 ? first : { ...first, messages: [...first.messages, ...later] }, never);
  };
  return { engine, askAbout, clock };
}

describe('a rollout of the running engine (DOC-02)', () => {
  it('moves that share of the conversations, each of them in all its turns', async () => {
    const { engine, askAbout } = await openMove();
    engine.rollouts.start({ profile: 'own', baselineModel: 'dear', share: 0.5, automatic: true });
    const models: (string | null)[][] = [];
    for (let topic = 0; topic < 40; topic++) {
      const turns = [await askAbout(topic), await askAbout(topic, 1), await askAbout(topic, 2)];
      models.push(turns.map(({ model }) => model));
    }
    expect(models.filter((turns) => new Set(turns).size > 1)).toEqual([]);
    const moved = models.filter(([first]) => first === 'cheap').length;
    expect(moved).toBeGreaterThan(10);
    expect(moved).toBeLessThan(30);
    const { profile, baseline } = engine.rollouts.figures(1);
    expect([profile.calls, baseline.calls]).toEqual([moved * 3, (40 - moved) * 3]);
    expect(profile.cost / profile.calls).toBeLessThan(baseline.cost / baseline.calls);
    expect(engine.rollouts.running()?.share).toBe(0.5);
  });

  it('rolls back by itself where the profile fails, and nobody is sent there any more', async () => {
    const { engine, askAbout, clock } = await openMove({ refuse: true });
    engine.rollouts.start({ profile: 'own', baselineModel: 'dear', share: 0.5, automatic: true });
    let asked = 0;
    while (engine.rollouts.running() && asked < 300) {
      await askAbout(asked++);
      clock.advance(2_000);
    }
    expect(engine.rollouts.latest()).toMatchObject({
      state: 'rolled_back',
      reason: expect.stringContaining('100.0 % of its calls failed, against 0.0 % before'),
    });
    const outcome = await askAbout(1_000);
    expect(outcome.reason).not.toContain('Rollout');
  });

  it('leaves requests alone that say themselves who should serve them', async () => {
    const { engine } = await openMove();
    engine.rollouts.start({ profile: 'own', baselineModel: 'dear', share: 0, automatic: false });
    const named = await engine.pipeline.complete(
      ask('hello', { constraints: { sensitivity: 'normal', model: 'cheap' } }),
      never,
    );
    expect(named.model).toBe('cheap');
    const open = await engine.pipeline.complete(ask('hello'), never);
    expect(open.model).toBe('dear');
    expect(open.reason).toContain('stays with dear');
    expect(engine.rollouts.figures(1).baseline.calls).toBe(1);
  });

  it('takes its step after a week of good calls', async () => {
    const { engine, askAbout, clock } = await openMove();
    engine.rollouts.start({ profile: 'own', baselineModel: 'dear', share: 0, automatic: true });
    for (let topic = 0; topic < 25; topic++) await askAbout(topic);
    expect(engine.rollouts.running()?.share).toBe(0);
    clock.advance(8 * 86_400_000);
    for (let topic = 25; topic < 30; topic++) await askAbout(topic);
    expect(engine.rollouts.latest()?.share).toBe(0.1);
  });

  it('runs once at a time', async () => {
    const { engine } = await openMove();
    const begin = () => engine.rollouts.start({ profile: 'own', baselineModel: 'dear', share: 0.1, automatic: true });
    const { id } = begin();
    expect(begin).toThrow('A rollout is running already.');
    expect(engine.rollouts.end(id, 'stopped', 'enough')).toBe(true);
    expect(engine.rollouts.end(id, 'stopped', 'enough')).toBe(false);
    expect(begin().id).toBe(id + 1);
  });
});
