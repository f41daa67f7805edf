import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CompletionRequest } from '../../src/domain/completion-request.ts';
import { type InstalledFake, installFake } from '../support/fake-commands.ts';
import { ask, openTestEngine } from '../support/open-test-engine.ts';
import { readBooks } from '../support/read-books.ts';
import { tempFolder } from '../support/temp-folder.ts';

const never = () => new AbortController().signal;
const via = (model: string, prompt: string, more: Partial<CompletionRequest> = {}) =>
  ask(prompt, { ...more, constraints: { sensitivity: 'normal', model, ...more.constraints } });

async function openWith(fakes: Readonly<Record<string, readonly [InstalledFake, string, object?]>>, rest: object = {}) {
  const home = tempFolder();
  const providers = Object.fromEntries(
    Object.entries(fakes).map(([name, [fake, scenario, more]]) => [
      name,
      { enabled: true, env: { PATH: fake.path, ...fake.environment(scenario) }, ...more },
    ]),
  );
  writeFileSync(join(home, 'config.json'), JSON.stringify({ providers, ...rest }));
  return { home, engine: await openTestEngine({ home }) };
}

describe('command-line models in the engine (UPS-09, UPS-10)', () => {
  it('answers on a subscription: the call costs nothing, the fee is told apart', async () => {
    const { engine, home } = await openWith({
      'claude-cli': [installFake('claude'), 'answer', { flatMonthlyUsd: 20 }],
    });
    const outcome = await engine.pipeline.complete(via('claude-cli/sonnet', 'Say hello.'), never());
    expect(outcome).toMatchObject({
      status: 'complete',
      text: 'Claude (sonnet) heard: Say hello.',
      provider: 'claude-cli',
      simulated: false,
      cost: { amount: 0, source: 'computed' },
      usage: { inputTokens: 1312, outputTokens: 7 },
    });
    expect(readBooks(home).attempts).toMatchObject([
      { provider: 'claude-cli', model: 'sonnet', result: 'answered', cost: 0, input_tokens: 1312, output_tokens: 7 },
    ]);
    const [deployment] = engine.catalogue.resolve('claude-cli/sonnet');
    expect(deployment?.price?.fixed).toEqual({ kind: 'flat', monthly: 20_000_000_000, account: 'claude-cli' });
  });

  it('estimates usage where the tool reports none', async () => {
    const { engine } = await openWith({ 'copilot-cli': [installFake('copilot'), 'answer'] });
    const outcome = await engine.pipeline.complete(via('copilot-cli/copilot', 'Say hello.'), never());
    expect(outcome).toMatchObject({ status: 'complete', cost: { amount: 0 } });
    expect(outcome.usage?.inputTokens).toBeGreaterThan(0);
  });

  it('takes the cost that the tool reckons where the model is paid by use', async () => {
    const { engine } = await openWith(
      { 'claude-cli': [installFake('claude'), 'answer'] },
      { catalogue: [{ provider: 'claude-cli', model: 'opus', pricing: { input: 5, output: 25 } }] },
    );
    const outcome = await engine.pipeline.complete(via('claude-cli/opus', 'Say hello.'), never());
    expect(outcome.cost).toEqual({ amount: 12_300_000, source: 'provider' });
  });

  it('moves on from a tool at its limit to another one, and leaves the first alone until then', async () => {
    const [claude, codex] = [installFake('claude'), installFake('codex')];
    const { engine } = await openWith(
      { 'claude-cli': [claude, 'limit'], 'codex-cli': [codex, 'answer'] },
      {
        models: {
          primary: { provider: 'claude-cli', model: 'sonnet' },
          secondary: { provider: 'codex-cli', model: 'codex' },
        },
        routing: { fallbackRules: { onRateLimit: true, escalateToSecondary: true, cascadeFallback: true } },
      },
    );
    const request = ask('Write a function that adds two numbers.');
    const first = await engine.pipeline.complete(request, never());
    expect(first).toMatchObject({ status: 'complete', provider: 'codex-cli' });
    const second = await engine.pipeline.complete(request, never());
    expect(second.attempts.map(({ provider }) => provider)).toEqual(['codex-cli']);
    expect(claude.noted()).toHaveLength(1);
  });

  it('gives a model without tools of its own those of the caller (UPS-05)', async () => {
    const fake = installFake('qwen');
    const { engine } = await openWith({ 'qwen-cli': [fake, 'answer'] });
    const request = via('qwen-cli/qwen', 'What is the weather?', {
      tools: [{ name: 'weather', parameters: { type: 'object' } }],
    });
    const outcome = await engine.pipeline.complete(request, never());
    expect(outcome.status).toBe('complete');
    expect(fake.noted()[0]?.argv?.find((argument) => argument.startsWith('--system-prompt='))).toContain('"weather"');
  });

  it('never sees a private request', async () => {
    const fake = installFake('claude');
    const { engine } = await openWith({ 'claude-cli': [fake, 'answer'] });
    const outcome = await engine.pipeline.complete(
      via('claude-cli/sonnet', 'secret', { constraints: { sensitivity: 'private', model: 'claude-cli/sonnet' } }),
      never(),
    );
    expect(outcome.status).not.toBe('complete');
    expect(fake.noted()).toEqual([]);
  });

  it('is named, with the way to enable it, where it is off', async () => {
    const engine = await openTestEngine({ upstream: 'http://127.0.0.1:1/v1' });
    await expect(engine.pipeline.complete(via('claude-cli/sonnet', 'Hi.'), never())).rejects.toMatchObject({
      code: 'unknown_model',
      remedy: expect.stringContaining('claude-cli'),
    });
  });
});
