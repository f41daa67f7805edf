import type { ProviderKind, Timeouts } from './config.ts';

/** A provider that farebox knows without being told; a configuration may change every field. */
export interface BuiltinProvider {
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly needsKey: boolean;
  readonly local: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeouts: Timeouts;
}

/**
 * Time limits where nothing else is said, in ms. A first token that does not come within 15 seconds moves the call on to
 * the next candidate; where none is left it is waited for longer, since some models think in silence. Thinking that is
 * streamed counts as a first token.
 */
export const DEFAULT_TIMEOUTS: Timeouts = {
  connect: 10_000,
  firstToken: 15_000,
  firstTokenAlone: 45_000,
  idle: 30_000,
  total: 300_000,
};
const SILENT_THINKING: Timeouts = { ...DEFAULT_TIMEOUTS, firstTokenAlone: 60_000, idle: 60_000, total: 600_000 };
const FAST: Timeouts = { ...DEFAULT_TIMEOUTS, firstTokenAlone: 15_000, idle: 20_000, total: 120_000 };
/** Ollama loads a model from disk on its first request, and the next candidate would have to be paid. */
const LOADS_FIRST: Timeouts = {
  connect: 2_000,
  firstToken: 60_000,
  firstTokenAlone: 180_000,
  idle: 60_000,
  total: 900_000,
};

const hosted = (
  baseUrl: string,
  timeouts = DEFAULT_TIMEOUTS,
  headers: Record<string, string> = {},
): BuiltinProvider => ({
  kind: 'openai-compatible',
  baseUrl,
  needsKey: true,
  local: false,
  headers,
  timeouts,
});

/**
 * Where a kind is not named it is the OpenAI dialect. OpenRouter shows the two headers to the account's owner as the app
 * that sent a request.
 */
export const BUILTIN_PROVIDERS: Readonly<Record<string, BuiltinProvider>> = {
  openrouter: hosted('https://openrouter.ai/api/v1', SILENT_THINKING, {
    'HTTP-Referer': 'http://localhost:4141',
    'X-Title': 'farebox',
  }),
  groq: hosted('https://api.groq.com/openai/v1', FAST),
  cerebras: hosted('https://api.cerebras.ai/v1', FAST),
  deepseek: hosted('https://api.deepseek.com/v1'),
  gemini: { ...hosted('https://generativelanguage.googleapis.com/v1beta', SILENT_THINKING), kind: 'gemini' },
  openai: hosted('https://api.openai.com/v1', SILENT_THINKING),
  anthropic: { ...hosted('https://api.anthropic.com/v1', SILENT_THINKING), kind: 'anthropic' },
  ollama: {
    kind: 'ollama',
    baseUrl: 'http://127.0.0.1:11434',
    needsKey: false,
    local: true,
    headers: {},
    timeouts: LOADS_FIRST,
  },
};
