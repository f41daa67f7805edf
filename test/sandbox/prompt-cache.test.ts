import { afterEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { startTestSandbox } from '../support/start-sandbox.ts';

let sandbox: Sandbox | undefined;
afterEach(() => sandbox?.close());

const system = { role: 'system', content: 'rule '.repeat(1_000) };
const ask = (content: string) => [system, { role: 'user', content }];

async function cachedTokens(messages: readonly unknown[], { model = 'acme/a', key = 'one', more = {} } = {}) {
  const response = await fetch(`${sandbox?.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages, ...more }),
  });
  const { usage } = (await response.json()) as {
    usage: { prompt_tokens: number; prompt_tokens_details: { cached_tokens: number } };
  };
  return [usage.prompt_tokens, usage.prompt_tokens_details.cached_tokens];
}

describe('the prompt cache of the sandbox', () => {
  it('reads the longest beginning that an earlier request of this model and key had', async () => {
    sandbox = await startTestSandbox({ script: { promptCache: true, steps: [] } });
    // 5,000 characters are 1,250 tokens, and 4 for the message; "one" is 1 and 4.
    expect(await cachedTokens(ask('one'))).toEqual([1_259, 0]);
    expect(await cachedTokens([...ask('one'), { role: 'assistant', content: 'yes' }])).toEqual([1_264, 1_259]);
    expect(await cachedTokens(ask('one'), { model: 'acme/b' })).toEqual([1_259, 0]);
    expect(await cachedTokens(ask('one'), { key: 'two' })).toEqual([1_259, 0]);
    expect((await cachedTokens([{ ...system, content: `X${system.content}` }]))[1]).toBe(0);
    expect((await cachedTokens([{ role: 'user', content: 'short' }]))[1]).toBe(0);
    expect((await cachedTokens([{ role: 'user', content: 'short' }]))[1]).toBe(0);
  });

  it('goes by what the model reads: order counts, cache marks do not', async () => {
    sandbox = await startTestSandbox({ script: { promptCache: true, steps: [] } });
    const marked = (mark: object) => [{ role: 'system', content: [{ type: 'text', text: system.content, ...mark }] }];
    await cachedTokens(marked({ cache_control: { type: 'ephemeral' } }));
    expect((await cachedTokens(marked({})))[1]).toBe(1_254);
    const tool = { type: 'function', function: { name: 'read', parameters: {} } };
    expect((await cachedTokens(marked({}), { more: { tools: [tool] } }))[1]).toBe(0);
  });

  it('forgets after five minutes without a request, and is off unless the script wants it', async () => {
    const clock = createFakeClock();
    sandbox = await startTestSandbox({ script: { promptCache: true, steps: [] }, clock });
    await cachedTokens(ask('one'));
    clock.advance(299_000);
    expect((await cachedTokens(ask('one')))[1]).toBe(1_259);
    clock.advance(301_000);
    expect((await cachedTokens(ask('one')))[1]).toBe(0);
    sandbox.play({ steps: [] });
    expect((await cachedTokens(ask('one')))[1]).toBe(0);
  });
});
