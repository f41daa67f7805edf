import type { LoggedRequest } from '../../src/sandbox/request-log.ts';
import type { Ask, ScriptedUpstream } from './bench-runner.ts';

interface Completion {
  readonly model?: string;
  readonly choices?: readonly {
    readonly message?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: { readonly completion_tokens?: number };
  readonly error?: { readonly message?: string; readonly code?: string | null };
}

/** Asks a server that speaks OpenAI's dialect, at its base URL with `/v1`, for an answer that is not streamed. */
export function askOverHttp(baseUrl: string, model = 'auto', apiKey = 'none'): Ask {
  return async (prompt) => {
    const response = await fetch(`${baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: prompt }] }),
    });
    const body = (await response.json()) as Completion;
    const choice = body.choices?.[0];
    const whole = response.ok && choice?.finish_reason === 'stop';
    return {
      status: whole ? 'complete' : response.ok ? 'incomplete' : 'failed',
      text: choice?.message?.content ?? '',
      model: body.model ?? null,
      outputTokens: body.usage?.completion_tokens ?? null,
      error: body.error ? `${body.error.code ?? response.status}: ${body.error.message}` : '',
    };
  };
}

/** A sandbox in another process, steered over HTTP; its address without `/v1`. */
export function upstreamAt(origin: string): ScriptedUpstream {
  return {
    async play(script) {
      await fetch(`${origin}/sandbox/script`, { method: 'POST', body: JSON.stringify(script) });
    },
    async requests() {
      const response = await fetch(`${origin}/sandbox/requests`);
      return ((await response.json()) as { requests: LoggedRequest[] }).requests;
    },
  };
}
