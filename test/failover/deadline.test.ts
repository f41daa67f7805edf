import { describe, expect, it, onTestFinished } from 'vitest';
import type { CompletionRequest } from '../../src/domain/completion-request.ts';
import type { Script, Step } from '../../src/sandbox/script.ts';
import { ask } from '../support/open-test-engine.ts';
import { startTestSandbox } from '../support/start-sandbox.ts';
import { FALLBACK, LIMITS, openWorld, PATIENT, PRIMARY } from './open-world.ts';

const never = new AbortController().signal;

async function open(steps: readonly Step[], config = {}) {
  const script: Script = { steps };
  const sandbox = await startTestSandbox({ script });
  // Here the fallback is the one that falls silent, in one of the tests.
  const two = { baseUrl: sandbox.url, timeouts: LIMITS };
  const one = { baseUrl: sandbox.url, timeouts: PATIENT };
  const world = await openWorld({
    primary: sandbox.url,
    fallback: sandbox.url,
    config: { providers: { one, two }, ...config },
  });
  onTestFinished(async () => {
    await world.close();
    await sandbox.close();
  });
  const complete = (parts: Partial<CompletionRequest> = {}) => {
    const constraints = { sensitivity: 'normal', task: 'general', complexity: 'medium' } as const;
    return world.engine.pipeline.complete(ask('hello', { constraints, ...parts }), never);
  };
  return { sandbox, complete };
}

const rules = (more: object) => ({
  routing: {
    fallbackRules: { onRateLimit: true, onError: true, onTimeout: true, maxRetries: 2, retryDelay: 10, ...more },
  },
});

describe('the deadline of a call (RTR-10, UPS-08)', () => {
  it('of the request ends an attempt, and nothing is tried after it', async () => {
    const { sandbox, complete } = await open([{ do: { hang: true } }]);
    const outcome = await complete({ deadlineMs: 600 });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'deadline_exceeded' } });
    expect(outcome.error?.message).toContain('600 ms');
    expect(sandbox.requests()).toHaveLength(1);
  });

  it('of the configuration holds where the request names none', async () => {
    const { complete } = await open([{ do: { hang: true } }], {
      policy: { sandbox: 'off', discoverOllama: false, deadlineMs: 620 },
    });
    expect((await complete()).error?.details).toMatchObject({ deadline_ms: 620 });
  });

  it('hides nothing of what had failed before', async () => {
    const { complete } = await open([{ match: { primary: true }, do: { status: 403 } }, { do: { hang: true } }]);
    const { error } = await complete({ deadlineMs: 700 });
    expect(error?.message).toMatch(/deadline, after 700 ms\. Before that: one\/acme\/primary: unauthorized\./);
  });

  it('leaves what had come to a caller who gets it whole, as incomplete', async () => {
    const { complete } = await open([{ do: { tokens: 60, stallAfterTokens: 20 } }]);
    const outcome = await complete({ deadlineMs: 700 });
    expect(outcome).toMatchObject({ status: 'incomplete', finishReason: null, error: { code: 'deadline_exceeded' } });
    expect(outcome.text).toContain('t20');
  });

  it('is not waited for: a retry that would come after it is not begun', async () => {
    const { sandbox, complete } = await open([{ do: { status: 500 } }], rules({ retryDelay: 60_000 }));
    const outcome = await complete({ deadlineMs: 2_000 });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'all_candidates_failed' } });
    expect(sandbox.requests().map(({ model }) => model)).toEqual([PRIMARY, FALLBACK]);
    expect(outcome.durationMs).toBeLessThan(1_500);
  });

  it('must be a whole number of ms', async () => {
    const { complete } = await open([]);
    await expect(complete({ deadlineMs: 0 })).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('when every candidate has failed', () => {
  it('the call returns to the one that failed for a passing reason, not to the one that was silent', async () => {
    const { sandbox, complete } = await open([
      { match: { primary: true }, times: 2, do: { status: 500 } },
      { match: { primary: false }, do: { stallAfterTokens: 0 } },
      { do: { text: 'recovered' } },
    ]);
    expect(await complete()).toMatchObject({ status: 'complete', text: 'recovered', model: PRIMARY });
    expect(sandbox.requests().map(({ model }) => model)).toEqual([PRIMARY, PRIMARY, FALLBACK, PRIMARY]);
  });

  it('the error is the one that matters, with all the others beside it', async () => {
    const { complete } = await open([
      { match: { primary: true }, do: { status: 401, body: { error: { message: 'Incorrect API key' } } } },
      { match: { primary: false }, do: { status: 400, body: { error: { message: 'unknown parameter' } } } },
    ]);
    const { error } = await complete();
    expect(error?.message).toBe(
      'one/acme/primary failed with unauthorized (HTTP 401): Incorrect API key (Failed too: two/acme/fallback: bad_request.)',
    );
    expect(error?.details['failures']).toEqual([
      { deployment: 'one/acme/primary', failure: 'unauthorized', http_status: 401 },
      { deployment: 'two/acme/fallback', failure: 'bad_request', http_status: 400 },
    ]);
  });

  it('a later rejection does not hide that the answer had broken off, and what came is kept', async () => {
    const { complete } = await open(
      [
        { match: { primary: true }, do: { tokens: 60, cutAfterTokens: 40 } },
        { match: { primary: false }, do: { status: 400 } },
      ],
      rules({ maxRetries: 0 }),
    );
    const outcome = await complete();
    expect(outcome).toMatchObject({ status: 'incomplete', finishReason: null, model: PRIMARY });
    expect(outcome.text).toContain('t40');
    expect(outcome.error?.message).toContain('stream_broken');
  });
});

describe('an answer that is not what was asked for (RTR-08)', () => {
  const json = { responseFormat: { type: 'json_object' } } as const;
  const prose: Step = { match: { primary: true }, do: { text: 'Certainly! Here is your JSON.' } };

  it('is tried elsewhere where onQualityFailure is on', async () => {
    const { complete } = await open([prose, { do: { text: '{"ok": true}' } }]);
    const outcome = await complete(json);
    expect(outcome).toMatchObject({ status: 'complete', text: '{"ok": true}', model: FALLBACK });
    expect(outcome.attempts[0]).toMatchObject({ failure: 'invalid_answer', result: 'incomplete' });
  });

  it('is handed out where it is off', async () => {
    const { sandbox, complete } = await open([prose], rules({ onQualityFailure: false }));
    expect(await complete(json)).toMatchObject({ status: 'complete', text: 'Certainly! Here is your JSON.' });
    expect(sandbox.requests()).toHaveLength(1);
  });

  it('is handed out as incomplete, with the reason, where nobody does better', async () => {
    const { complete } = await open([{ do: { text: 'Certainly!' } }]);
    const outcome = await complete(json);
    expect(outcome).toMatchObject({ status: 'incomplete', text: 'Certainly!' });
    expect(outcome.error?.message).toContain('JSON was demanded');
  });

  it('may wear a code fence', async () => {
    const { sandbox, complete } = await open([{ do: { text: '```json\n{"ok": true}\n```' } }]);
    expect((await complete(json)).status).toBe('complete');
    expect(sandbox.requests()).toHaveLength(1);
  });

  it('may have arguments of a tool call that are no JSON', async () => {
    const call = (text: string) => [{ name: 'look_up', arguments: text }];
    const { complete } = await open([
      { match: { primary: true }, do: { toolCalls: call('{"city": Par') } },
      { do: { toolCalls: call('{"city":"Paris"}') } },
    ]);
    const outcome = await complete({ tools: [{ name: 'look_up', parameters: { type: 'object', properties: {} } }] });
    expect(outcome).toMatchObject({ status: 'complete', model: FALLBACK });
    expect(outcome.toolCalls.map((each) => each.arguments)).toEqual(['{"city":"Paris"}']);
  });
});
