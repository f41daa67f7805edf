import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { respondJson, startPlainServer } from '../support/plain-server.ts';
import { readBooks } from '../support/read-books.ts';
import { type RpcProgram, rpcProgram, textOfMessage } from '../support/rpc-program.ts';
import { tempFolder } from '../support/temp-folder.ts';

const PROCESSES = 8;
const CALLS = 200;
/** $0.137 and $0.731 per million tokens. */
const INPUT_NANO = 137;
const OUTPUT_NANO = 731;
/** Pays for about two thirds of the calls. */
const LIMIT_USD = 0.2;

/** Answers with as many tokens as it was allowed, or fewer: never more than was reserved for, often all of it. */
async function startMetered() {
  let spent = 0;
  let requests = 0;
  const server = await startPlainServer((request, response) => {
    const { max_tokens: allowed } = request.body as { max_tokens: number };
    requests += 1;
    const completion = requests % 3 === 0 ? Math.ceil(allowed / 2) : allowed;
    const prompt = 11 + (requests % 5);
    spent += prompt * INPUT_NANO + completion * OUTPUT_NANO;
    respondJson(response, {
      id: `gen-${requests}`,
      choices: [{ index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
    });
  });
  onTestFinished(() => server.close());
  return { url: server.url, spent: () => spent, requests: () => requests };
}

/** 200 calls of one process, a few at a time; returns how many were answered and how many refused. */
async function work(program: RpcProgram, name: number): Promise<{ answered: number; refused: number }> {
  const tally = { answered: 0, refused: 0 };
  const lane = async (first: number) => {
    for (let i = first; i < CALLS; i += 4) {
      const answer = await program.call('route_completion', {
        prompt: `Process ${name}, question ${i}: is the fare for this ride paid, and was it paid in full?`,
        model: 'meter/one',
        max_output_tokens: 300,
      });
      const text = textOfMessage(answer);
      if (!answer.result?.isError) tally.answered += 1;
      else if (/budget all\/month/i.test(text)) tally.refused += 1;
      else throw new Error(text);
    }
  };
  await Promise.all([0, 1, 2, 3].map(lane));
  return tally;
}

describe('eight processes on one database', () => {
  it('make 1,600 calls: every one has its row, sums are exact, and the budget is never passed by one nano-dollar (CST-05, CST-02)', async () => {
    const upstream = await startMetered();
    const home = tempFolder();
    writeFileSync(
      join(home, 'config.json'),
      JSON.stringify({
        extends: 'balanced',
        monitoring: { costTracking: { monthlyBudget: LIMIT_USD } },
        providers: { meter: { baseUrl: upstream.url } },
        catalogue: [
          {
            provider: 'meter',
            model: 'one',
            pricing: { input: INPUT_NANO / 1000, output: OUTPUT_NANO / 1000 },
            capabilities: {
              contextWindow: 8000,
              streaming: true,
              toolCalling: false,
              jsonMode: false,
              multimodal: false,
            },
          },
        ],
      }),
    );
    const programs = await Promise.all(Array.from({ length: PROCESSES }, () => rpcProgram({ home })));
    const tallies = await Promise.all(programs.map(work));
    for (const program of programs) program.child.stdin?.end();
    const ends = await Promise.all(programs.map(({ ended }) => ended));
    expect(ends.map(({ code }) => code)).toEqual(programs.map(() => 0));

    const sum = (of: 'answered' | 'refused') => tallies.reduce((total, tally) => total + tally[of], 0);
    const [answered, refused] = [sum('answered'), sum('refused')];
    expect(answered + refused).toBe(PROCESSES * CALLS);
    expect(answered).toBe(upstream.requests());
    expect(refused).toBeGreaterThan(100);

    const { calls, attempts, windows, inFlight } = readBooks(home);
    expect(calls).toHaveLength(PROCESSES * CALLS);
    expect(calls.filter(({ status }) => status === 'complete')).toHaveLength(answered);
    expect(calls.filter(({ status }) => status === 'refused')).toHaveLength(refused);
    expect(attempts).toHaveLength(answered);
    expect(attempts.reduce((total, { cost }) => total + (cost ?? Number.NaN), 0)).toBe(upstream.spent());
    expect(calls.reduce((total, { cost }) => total + (cost ?? Number.NaN), 0)).toBe(upstream.spent());
    expect(windows).toMatchObject([{ spent: upstream.spent(), held: 0 }]);
    expect(inFlight).toBe(0);

    const limit = LIMIT_USD * 1e9;
    expect(upstream.spent()).toBeLessThanOrEqual(limit);
    // And it was used up: not one more of the dearest calls would have fitted.
    expect(upstream.spent()).toBeGreaterThan(limit - 300 * OUTPUT_NANO - 200 * INPUT_NANO);
  }, 60_000);
});
