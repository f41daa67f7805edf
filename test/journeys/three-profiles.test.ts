import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type PlainServer, respondJson, startPlainServer } from '../support/plain-server.ts';
import { type ProgramOptions, runJson } from '../support/program.ts';
import { readBooks } from '../support/read-books.ts';
import { projectRoot } from '../support/source-tree.ts';
import { tempFolder } from '../support/temp-folder.ts';

const KEY = 'sk-or-v1-0123456789abcdef0123456789abcdef';

const PROMPTS = {
  coding:
    'Write a TypeScript function that parses RFC 3339 timestamps with offsets, rejects impossible dates such as 30 February, and returns epoch milliseconds or throws a typed error that names the wrong field.',
  reasoning:
    'Three switches control three lamps in another room. You may enter that room once. Explain step by step how you find out which switch belongs to which lamp, and why no shorter way exists.',
  extraction:
    "Extract the name, e-mail address and order number of every customer from this mail thread and return them as a table: Hi, I'm Ada (ada@example.org), order 4711 has not come. Reply to Bob <bob@example.org>, order 4712.",
  simple: 'hello',
} as const;
type Kind = keyof typeof PROMPTS;

const QWEN = 'qwen/qwen-2.5-coder-32b-instruct';
const LLAMA = 'meta-llama/llama-3.3-70b-instruct';
const DEEPSEEK = 'deepseek/deepseek-chat';
const MISTRAL = 'mistralai/mistral-small-3.1-24b-instruct';

/** What each profile's tables say: the ids that OpenRouter must be asked for. */
const EXPECTED: Readonly<Record<string, Readonly<Record<Kind, string>>>> = {
  budget: { coding: DEEPSEEK, reasoning: DEEPSEEK, extraction: DEEPSEEK, simple: 'thudm/glm-4-9b:free' },
  balanced: { coding: QWEN, reasoning: LLAMA, extraction: LLAMA, simple: DEEPSEEK },
  premium: { coding: QWEN, reasoning: LLAMA, extraction: MISTRAL, simple: DEEPSEEK },
};

/** Every answer has usage of its own, in odd numbers, so that no two calls could be mixed up in the books. */
async function startCountingServer(): Promise<PlainServer> {
  let requests = 0;
  const server = await startPlainServer((request, response) => {
    requests += 1;
    const { model } = request.body as { model: string };
    respondJson(response, {
      id: `gen-${requests}`,
      object: 'chat.completion',
      model,
      choices: [{ index: 0, message: { role: 'assistant', content: `answer ${requests}` }, finish_reason: 'stop' }],
      usage: usageOf(requests),
    });
  });
  onTestFinished(() => server.close());
  return server;
}

function usageOf(request: number) {
  const prompt = 1237 + request * 101;
  const completion = 389 + request * 17;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

/** Nano-dollars by the profile's own price list, reckoned apart from the program. */
function priceOf(profile: string, model: string, usage: ReturnType<typeof usageOf>): number {
  const file = readFileSync(join(projectRoot, 'configs', `${profile}.json`), 'utf8');
  const { models } = JSON.parse(file) as {
    models: Record<string, { model: string; upstreamModel?: string; pricing: { input: number; output: number } }>;
  };
  const slot = Object.values(models).find((each) => (each.upstreamModel ?? each.model) === model);
  if (!slot) throw new Error(`${profile} has no ${model}`);
  const rate = (usd: number) => BigInt(Math.round(usd * 1e9));
  const product =
    BigInt(usage.prompt_tokens) * rate(slot.pricing.input) +
    BigInt(usage.completion_tokens) * rate(slot.pricing.output);
  return Number((product + 999_999n) / 1_000_000n);
}

interface AskDocument {
  readonly call_id: string;
  readonly answer: string;
  readonly model: string;
  readonly provider: string;
  readonly task: string;
  readonly cost_nano_usd: number;
  readonly cost_usd: number;
  readonly cost_source: string;
  readonly status: string;
  readonly baseline: { readonly model: string; readonly cost_nano_usd: number };
  readonly saved_nano_usd: number;
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number };
  readonly attempts: readonly { readonly outcome: string }[];
}

interface ReportDocument {
  readonly totals: { readonly calls: number; readonly attempts: number; readonly cost_nano_usd: number };
  readonly groups: readonly { readonly group: string; readonly cost_nano_usd: number }[];
  readonly budgets: readonly { readonly id: string; readonly spent_nano_usd: number; readonly held_nano_usd: number }[];
}

describe.each(Object.entries(EXPECTED))('ask on the %s profile, through OpenRouter', (profile, expected) => {
  it('asks for the right model, with the headers that OpenRouter wants, and books the exact nano-dollars (RTR-01, MON-01)', async () => {
    const server = await startCountingServer();
    const options: ProgramOptions = {
      home: tempFolder(),
      env: { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url, DEPLOYMENT_CONFIG: profile },
    };
    let total = 0;
    for (const [index, kind] of (Object.keys(PROMPTS) as Kind[]).entries()) {
      const usage = usageOf(index + 1);
      const cost = priceOf(profile, expected[kind], usage);
      const { code, document, stderr } = await runJson<AskDocument>(['ask', PROMPTS[kind]], options);
      expect(stderr).toBe('');
      expect(code).toBe(0);

      const request = server.requests[index];
      expect(request).toMatchObject({ method: 'POST', path: '/v1/chat/completions' });
      expect(request?.body).toMatchObject({
        model: expected[kind],
        messages: [{ role: 'user', content: PROMPTS[kind] }],
      });
      expect(request?.headers).toMatchObject({
        authorization: `Bearer ${KEY}`,
        'http-referer': expect.stringMatching(/^https?:\/\//),
        'x-title': 'farebox',
      });

      expect(document).toMatchObject({
        answer: `answer ${index + 1}`,
        status: 'complete',
        provider: 'openrouter',
        cost_nano_usd: cost,
        cost_source: 'computed',
        usage: { input_tokens: usage.prompt_tokens, output_tokens: usage.completion_tokens },
      });
      expect(document.cost_usd).toBeCloseTo(cost / 1e9, 12);
      // claude-3.5-sonnet at $3 and $15: the baseline of every shipped profile.
      const baseline = usage.prompt_tokens * 3_000 + usage.completion_tokens * 15_000;
      expect(document.baseline).toMatchObject({ model: 'claude-3.5-sonnet', cost_nano_usd: baseline });
      expect(document.saved_nano_usd).toBe(baseline - cost);
      total += cost;

      const booked = readBooks(options.home).attempts[index];
      expect(booked).toMatchObject({
        call_id: document.call_id,
        number: 1,
        result: 'answered',
        provider: 'openrouter',
        upstream_model: expected[kind],
        cost,
        charged: cost,
        input_tokens: usage.prompt_tokens,
        output_tokens: usage.completion_tokens,
      });
    }

    expect(server.requests).toHaveLength(4);
    const { document: report } = await runJson<ReportDocument>(['report', '--period', 'today'], options);
    expect(report.totals).toMatchObject({ calls: 4, attempts: 4, cost_nano_usd: total });
    expect(report.groups.reduce((sum, group) => sum + group.cost_nano_usd, 0)).toBe(total);
    expect(report.budgets).toMatchObject([{ id: 'all/month', spent_nano_usd: total, held_nano_usd: 0 }]);
    expect(readBooks(options.home)).toMatchObject({ inFlight: 0, windows: [{ spent: total, held: 0 }] });
  });
});

describe('what OpenRouter says that it charged', () => {
  it('is booked to the nano-dollar in place of our own reckoning, and its odd fractions are rounded up', async () => {
    const server = await startPlainServer((_request, response) =>
      respondJson(response, {
        id: 'gen-1',
        choices: [{ index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13, cost: 0.0000123456789 },
      }),
    );
    onTestFinished(() => server.close());
    const home = tempFolder();
    const env = { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url };
    const { document } = await runJson<AskDocument>(['ask', 'hello'], { home, env });
    expect(document).toMatchObject({ cost_nano_usd: 12_346, cost_source: 'provider' });
    expect(readBooks(home).attempts).toMatchObject([{ cost: 12_346, cost_source: 'provider', charged: 12_346 }]);
  });
});
