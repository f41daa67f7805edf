import type { Engine } from '../../src/pipeline/engine.ts';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { ask } from '../support/open-test-engine.ts';
import type { Ask, ScriptedUpstream } from './bench-runner.ts';

/** Asks an engine in this process for a whole answer. */
export function askEngine(engine: Engine): Ask {
  return async (prompt) => {
    const request = ask(prompt, { constraints: { sensitivity: 'normal', task: 'general', complexity: 'medium' } });
    const { status, text, model, usage, error } = await engine.pipeline.complete(request, new AbortController().signal);
    return {
      status: status === 'complete' || status === 'incomplete' ? status : 'failed',
      text,
      model,
      outputTokens: usage?.outputTokens ?? null,
      error: error ? `${error.code}: ${error.message}` : '',
    };
  };
}

export function ownUpstream(sandbox: Sandbox): ScriptedUpstream {
  return { play: async (script) => sandbox.play(script), requests: async () => sandbox.requests() };
}
