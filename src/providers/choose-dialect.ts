import type { ProviderKind } from '../config/config.ts';
import type { Dialect } from './dialect.ts';
import { anthropicDialect } from './dialects/anthropic/anthropic-dialect.ts';
import { geminiDialect } from './dialects/gemini/gemini-dialect.ts';
import { ollamaDialect } from './dialects/ollama/ollama-dialect.ts';
import { createOpenAiDialect } from './dialects/openai/openai-dialect.ts';
import { quirksFor } from './dialects/openai/quirks.ts';

/** The dialect that a provider of this kind speaks. The sandbox, and whoever says nothing else, speaks OpenAI's. */
export function chooseDialect(provider: {
  readonly kind: ProviderKind;
  readonly name: string;
  readonly baseUrl: string;
}): Dialect {
  switch (provider.kind) {
    case 'anthropic':
      return anthropicDialect;
    case 'gemini':
      return endsWith(provider.baseUrl, '/openai') ? openAiDialectOf(provider) : geminiDialect;
    case 'ollama':
      return endsWith(provider.baseUrl, '/v1') ? openAiDialectOf(provider) : ollamaDialect;
    case 'command-line':
    case 'openai-compatible':
    case 'sandbox':
      return openAiDialectOf(provider);
  }
}

function openAiDialectOf({ name, baseUrl }: { readonly name: string; readonly baseUrl: string }): Dialect {
  return createOpenAiDialect(quirksFor(name, baseUrl));
}

/** Gemini and Ollama have addresses at which they speak OpenAI's dialect, too. */
function endsWith(baseUrl: string, ending: string): boolean {
  return URL.canParse(baseUrl) && new URL(baseUrl).pathname.replace(/\/+$/, '').endsWith(ending);
}
