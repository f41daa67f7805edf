import { createOpenAiDialect } from '../../src/providers/dialects/openai/openai-dialect.ts';
import { quirksFor } from '../../src/providers/dialects/openai/quirks.ts';
import { createHttpProvider, type HttpProviderOptions } from '../../src/providers/http-provider.ts';
import type { Provider } from '../../src/providers/provider.ts';

/** A provider of OpenAI's dialect, with the quirks that belong to its name. */
export function createOpenAiProvider(options: HttpProviderOptions): Provider {
  return createHttpProvider(options, createOpenAiDialect(quirksFor(options.name, options.baseUrl)));
}
