import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { BUILTIN_PROVIDERS } from '../../src/config/builtin-providers.ts';
import { parseScript } from '../../src/sandbox/parse-script.ts';
import { BENCH_SCENARIOS } from '../../src/sandbox/scenarios/bench-scenarios.ts';
import { SCENARIOS } from '../../src/sandbox/scenarios/scenarios.ts';
import { ask } from '../support/open-test-engine.ts';
import { projectRoot } from '../support/source-tree.ts';
import { startTestSandbox } from '../support/start-sandbox.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';
import { askEngine, ownUpstream } from './ask-engine.ts';
import { askOverHttp, upstreamAt } from './ask-over-http.ts';
import { RIGHT_ANSWER, runScenario } from './bench-runner.ts';
import { openWorld, PRIMARY } from './open-world.ts';

const { FAREBOX_BENCH_URL, FAREBOX_BENCH_SANDBOX } = process.env;

/** Each scenario in a world of its own, or one after the other against the gateway and sandbox of the environment. */
async function runAll(): Promise<ReadonlyMap<string, readonly string[]>> {
  if (FAREBOX_BENCH_URL && FAREBOX_BENCH_SANDBOX) {
    const found = new Map<string, readonly string[]>();
    for (const scenario of BENCH_SCENARIOS) {
      found.set(
        scenario.name,
        await runScenario(scenario, upstreamAt(FAREBOX_BENCH_SANDBOX), askOverHttp(FAREBOX_BENCH_URL)),
      );
    }
    return found;
  }
  const runs = BENCH_SCENARIOS.map(async (scenario) => {
    const sandbox = await startTestSandbox();
    const world = await openWorld({ primary: sandbox.url, fallback: sandbox.url });
    try {
      return [scenario.name, await runScenario(scenario, ownUpstream(sandbox), askEngine(world.engine))] as const;
    } finally {
      await world.close();
      await sandbox.close();
    }
  });
  return new Map(await Promise.all(runs));
}

describe('the sixteen faults of Failover Bench, with a fallback (RTR-08, RTR-09, RTR-10, UPS-03, UPS-08)', () => {
  let problems: ReadonlyMap<string, readonly string[]> = new Map();
  beforeAll(async () => {
    problems = await runAll();
  }, 60_000);

  it.each(BENCH_SCENARIOS.map(({ name, title }) => [name, title]))('%s: %s', (name) => {
    expect(problems.get(name)).toEqual([]);
  });

  it('are all there', () => {
    expect(BENCH_SCENARIOS.map(({ name }) => name.slice(0, 3))).toEqual(
      Array.from({ length: 16 }, (_, index) => `s${String(index + 1).padStart(2, '0')}`),
    );
  });
});

describe('the first token', () => {
  it('is waited for at most 15 s by default where another candidate is left, but where a model must be loaded first', () => {
    const limits = Object.values(BUILTIN_PROVIDERS).filter(({ kind }) => kind !== 'ollama');
    expect(Math.max(...limits.map(({ timeouts }) => timeouts.firstToken))).toBeLessThanOrEqual(15_000);
  });

  it('is waited for longer where nobody else is left', async () => {
    const sandbox = await startTestSandbox({
      script: {
        steps: [{ match: { primary: true }, do: { status: 400 } }, { do: { tokens: 60, firstTokenMs: 400 } }],
      },
    });
    const timeouts = { firstToken: 150, firstTokenAlone: 5_000 };
    const providers = { one: { baseUrl: sandbox.url, timeouts }, two: { baseUrl: sandbox.url, timeouts } };
    const world = await openWorld({ primary: sandbox.url, fallback: sandbox.url, config: { providers } });
    onTestFinished(async () => {
      await world.close();
      await sandbox.close();
    });
    expect(await askEngine(world.engine)('count')).toMatchObject({ status: 'complete', text: RIGHT_ANSWER });
  });
});

describe('a primary that is down for a minute (S15, SCL-04)', () => {
  const clock = createSteppedClock();
  let close = async () => {};
  afterAll(() => close());

  it('is covered meanwhile, left alone, and back within half a minute of its recovery', async () => {
    const scenario = BENCH_SCENARIOS.find(({ name }) => name.startsWith('s15'));
    const sandbox = await startTestSandbox({ clock, ...(scenario && { script: scenario.script }) });
    const world = await openWorld({ primary: sandbox.url, fallback: sandbox.url, clock });
    close = async () => {
      await world.close();
      await sandbox.close();
    };
    const served: { readonly atMs: number; readonly model: string | null }[] = [];
    for (let turn = 0; turn < 20; turn++) {
      const outcome = await world.engine.pipeline.complete(
        ask(`turn ${turn}`, { constraints: { sensitivity: 'normal', task: 'general', complexity: 'medium' } }),
        new AbortController().signal,
      );
      expect(outcome).toMatchObject({ status: 'complete', text: RIGHT_ANSWER });
      served.push({ atMs: turn * 5_000, model: outcome.model });
      clock.advance(5_000);
    }
    const back = served.filter(({ atMs }) => atMs >= 90_000).map(({ model }) => model);
    expect(new Set(back)).toEqual(new Set([PRIMARY]));
    // While it was known to be down it was spared: not asked twice for each of the twelve requests.
    const inVain = sandbox.requests().filter(({ status }) => status === 503).length;
    expect(inVain).toBeLessThan(16);
  });
});

describe('the suite itself', () => {
  it('finds fault with an upstream that has no fallback, over HTTP', async () => {
    const sandbox = await startTestSandbox();
    onTestFinished(() => sandbox.close());
    const run = (name: string) => {
      const scenario = BENCH_SCENARIOS.find((each) => each.name.startsWith(name));
      if (!scenario) throw new Error(`no scenario ${name}`);
      return runScenario(scenario, upstreamAt(sandbox.origin), askOverHttp(sandbox.url, 'some-model'));
    };
    expect(await run('s11')).toEqual([]);
    expect(await run('s04')).toEqual([expect.stringContaining('no whole answer: failed')]);
  });

  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    'has a script that the sandbox understands, and a line in its paper: %s',
    (name, { script, title }) => {
      expect(parseScript(JSON.parse(JSON.stringify(script)))).toEqual(script);
      const paper = readFileSync(join(projectRoot, 'docs', 'sandbox.md'), 'utf8');
      expect(paper).toContain(`| \`${name}\` | ${title} |`);
    },
  );
});
