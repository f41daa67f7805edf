import { isoTime } from '../../../lib/clock.ts';
import type { Dialect } from '../../dialect.ts';
import { readAnswer } from '../../read-answer.ts';
import { readDocument } from '../../read-document.ts';
import { readListedPrices } from '../../read-listed-prices.ts';
import { toJson } from '../../to-json.ts';
import { createOpenAiEmbeddings } from './openai-embeddings.ts';
import { createOpenAiReader } from './openai-reader.ts';
import type { Quirks } from './quirks.ts';
import { readModelIds } from './read-model-ids.ts';
import { toOpenAiBody } from './to-openai-body.ts';

/** OpenAI's chat completions, as the provider with these quirks understands them. */
export function createOpenAiDialect(quirks: Quirks): Dialect {
  return {
    name: 'openai',
    encode: (call) => ({ path: '/chat/completions', body: toJson(toOpenAiBody(call, quirks)) }),
    read: (session, context, { request }) => readAnswer(session, context, createOpenAiReader(quirks, context, request)),
    authorization: (apiKey) => (apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
    embeddings: createOpenAiEmbeddings(quirks),
    models: {
      path: '/models',
      read: async (session, context) => {
        const document = await readDocument(session.read);
        const today = isoTime(context.now).slice(0, 10);
        return { ids: readModelIds(document, context), prices: readListedPrices(document, today) };
      },
    },
  };
}
