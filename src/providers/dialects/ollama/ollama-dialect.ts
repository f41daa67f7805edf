import { isRecord } from '../../../lib/json-value.ts';
import type { Dialect } from '../../dialect.ts';
import { malformed, readAnswer } from '../../read-answer.ts';
import { readDocument } from '../../read-document.ts';
import { listAt, textAt } from '../../read-json.ts';
import { splitLines } from '../../split-lines.ts';
import { toJson } from '../../to-json.ts';
import { ollamaEmbeddings } from './ollama-embeddings.ts';
import { createOllamaReader } from './ollama-reader.ts';
import { toOllamaBody } from './to-ollama-body.ts';

/** Ollama's own words, below its address. A key is for those who put it behind a gate of their own. */
export const ollamaDialect: Dialect = {
  name: 'ollama',
  encode: (call) => ({ path: '/api/chat', body: toJson(toOllamaBody(call)) }),
  read: (session, context, call) => readAnswer(session, context, createOllamaReader(context, call), splitLines),
  authorization: (apiKey) => (apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
  embeddings: ollamaEmbeddings,
  models: {
    path: '/api/tags',
    read: async (session, context) => {
      const body = await readDocument(session.read);
      if (!isRecord(body) || !Array.isArray(body['models']))
        throw malformed('the answer is no list of models', context);
      return {
        ids: listAt(body, 'models')
          .filter(isRecord)
          .flatMap((model) => textAt(model, 'name') ?? []),
      };
    },
  },
};
