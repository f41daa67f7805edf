import { isRecord } from '../../../lib/json-value.ts';
import type { Dialect } from '../../dialect.ts';
import { malformed, readAnswer } from '../../read-answer.ts';
import { readDocument } from '../../read-document.ts';
import { listAt, textAt } from '../../read-json.ts';
import { toJson } from '../../to-json.ts';
import { createToolNames } from '../../tool-names.ts';
import { createAnthropicReader } from './anthropic-reader.ts';
import { prefillOf, toAnthropicBody } from './to-anthropic-body.ts';
import { ANTHROPIC_NAMES } from './to-anthropic-messages.ts';

const MODELS_PATH = '/models?limit=1000';

/** Anthropic's Messages API, and whoever else speaks it. */
export const anthropicDialect: Dialect = {
  name: 'anthropic',
  headers: { 'anthropic-version': '2023-06-01' },
  encode(call) {
    const names = createToolNames(call.request, ANTHROPIC_NAMES);
    return { path: '/messages', body: toJson(toAnthropicBody(call, names)) };
  },
  read(session, context, call) {
    const names = createToolNames(call.request, ANTHROPIC_NAMES);
    return readAnswer(session, context, createAnthropicReader(names, prefillOf(call), context));
  },
  authorization: (apiKey) => (apiKey === null ? {} : { 'x-api-key': apiKey }),
  models: {
    path: MODELS_PATH,
    async read(session, context) {
      const body = await readDocument(session.read);
      if (!isRecord(body) || !Array.isArray(body['data'])) throw malformed('the answer is no list of models', context);
      const ids = listAt(body, 'data')
        .filter(isRecord)
        .flatMap((entry) => textAt(entry, 'id') ?? []);
      const last = textAt(body, 'last_id');
      const hasMore = body['has_more'] === true && last !== undefined;
      return { ids, ...(hasMore ? { next: `${MODELS_PATH}&after_id=${encodeURIComponent(last)}` } : {}) };
    },
  },
};
