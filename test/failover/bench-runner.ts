import type { LoggedRequest } from '../../src/sandbox/request-log.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import type { Script } from '../../src/sandbox/script.ts';

/** What a client was told, whatever it asked. */
export interface Said {
  readonly status: 'complete' | 'incomplete' | 'failed';
  readonly text: string;
  readonly model: string | null;
  readonly outputTokens: number | null;
  /** Code and words of the error; empty where there is none. */
  readonly error: string;
}

/** Asks whatever is under test: an engine in this process, or a gateway at a URL. */
export type Ask = (prompt: string) => Promise<Said>;

/** The sandbox that stands behind what is under test, here or at a URL. */
export interface ScriptedUpstream {
  play(script: Script): Promise<void>;
  requests(): Promise<readonly LoggedRequest[]>;
}

/** What is expected of whoever is under test, beside the right answer. */
export interface Conduct {
  /** The most requests that the primary and the others may get. */
  readonly primary: number;
  readonly others: number;
  /** The least that must lie between two requests to the primary, in ms. */
  readonly apartMs?: number;
  /** It must be over by then, in ms. */
  readonly withinMs?: number;
  readonly outputTokens?: number;
}

export const RIGHT_ANSWER = Array.from({ length: 60 }, (_, index) => `t${index + 1}`).join(' ');

const CONDUCT: Readonly<Record<string, Conduct>> = {
  s01: { primary: 2, others: 0, apartMs: 2_000, withinMs: 4_000 },
  s02: { primary: 2, others: 1, apartMs: 2_000, withinMs: 4_500 },
  s03: { primary: 2, others: 1 },
  s04: { primary: 2, others: 1 },
  s05: { primary: 2, others: 1 },
  s06: { primary: 1, others: 1 },
  s07: { primary: 1, others: 1, withinMs: 15_000 },
  s08: { primary: 1, others: 1 },
  s09: { primary: 1, others: 1 },
  s10: { primary: 1, others: 1 },
  s11: { primary: 1, others: 0, withinMs: 3_000 },
  s12: { primary: 1, others: 1 },
  s13: { primary: 1, others: 0 },
  s14: { primary: 1, others: 1 },
  s15: { primary: 2, others: 1 },
  s16: { primary: 2, others: 1, outputTokens: 60 },
};

/** Plays a scenario once. Returns what is wrong with the outcome and with the conduct: nothing, where it passes. */
export async function runScenario(
  scenario: Scenario,
  upstream: ScriptedUpstream,
  ask: Ask,
): Promise<readonly string[]> {
  await upstream.play(scenario.script);
  const before = (await upstream.requests()).length;
  const startedAt = performance.now();
  const said = await ask(`Count from one to sixty, please (${scenario.name}).`);
  const tookMs = performance.now() - startedAt;
  const requests = (await upstream.requests()).slice(before);
  return [...wrongAnswer(scenario, said), ...misconduct(scenario, said, requests, tookMs)];
}

function wrongAnswer({ expect }: Scenario, said: Said): readonly string[] {
  if (expect === 'answer') {
    if (said.status !== 'complete') return [`no whole answer: ${said.status}, ${said.error}`];
    return said.text === RIGHT_ANSWER ? [] : [`a wrong answer passed as whole: ${said.text.slice(0, 60)}`];
  }
  if (said.status !== 'failed') return [`an answer although the content was refused: ${said.status}`];
  return said.error.includes('rejected by the safety system') ? [] : [`the reason is lost: ${said.error}`];
}

function misconduct(
  { name }: Scenario,
  said: Said,
  requests: readonly LoggedRequest[],
  tookMs: number,
): readonly string[] {
  const rule = CONDUCT[name.slice(0, 3)];
  if (!rule) return [`nobody said what is expected of ${name}`];
  const first = requests[0]?.model;
  const primary = requests.filter(({ model }) => model === first);
  const others = requests.length - primary.length;
  const gaps = primary.slice(1).map(({ at }, index) => at - (primary[index]?.at ?? 0));
  const answeredBy = requests.findLast(({ status, outcome }) => status === 200 && outcome !== 'cut')?.model;
  return [
    ...(primary.length > rule.primary ? [`the primary was asked ${primary.length} times`] : []),
    ...(others > rule.others ? [`others were asked ${others} times`] : []),
    // A clock in whole ms may be one short.
    ...(gaps.some((gap) => gap < (rule.apartMs ?? 0) - 1) ? [`asked again after ${gaps.join(', ')} ms`] : []),
    ...(tookMs > (rule.withinMs ?? Number.POSITIVE_INFINITY) ? [`took ${Math.round(tookMs)} ms`] : []),
    ...(said.status === 'complete' && said.model !== answeredBy ? [`${said.model} named, ${answeredBy} answered`] : []),
    ...(rule.outputTokens !== undefined && said.outputTokens !== rule.outputTokens
      ? [`${said.outputTokens} output tokens told`]
      : []),
  ];
}
