import { isRecord } from '../../../lib/json-value.ts';
import type { Dialect, ModelPage } from '../../dialect.ts';
import type { FailureContext } from '../../map-failure.ts';
import type { ProviderCall } from '../../provider.ts';
import { malformed, readAnswer } from '../../read-answer.ts';
import { readDocument } from '../../read-document.ts';
import { listAt, textAt } from '../../read-json.ts';
import { toJson } from '../../to-json.ts';
import { createToolNames } from '../../tool-names.ts';
import { geminiEmbeddings } from './gemini-embeddings.ts';
import { createGeminiReader } from './gemini-reader.ts';
import { GEMINI_NAMES, toGeminiBody } from './to-gemini-body.ts';

const MODELS_PATH = '/models?pageSize=1000';

/** Google's Gemini API in its own words. The key travels in a header, never in an address. */
export const geminiDialect: Dialect = {
  name: 'gemini',
  encode: (call) => ({ path: pathOf(call), body: toJson(toGeminiBody(call, namesOf(call))) }),
  read: (session, context, call) => readAnswer(session, context, createGeminiReader(context, call, namesOf(call))),
  authorization: (apiKey) => (apiKey === null ? {} : { 'x-goog-api-key': apiKey }),
  embeddings: geminiEmbeddings,
  models: {
    path: MODELS_PATH,
    read: async (session, context) => readModelPage(await readDocument(session.read), context),
  },
};

function namesOf({ request }: ProviderCall) {
  return createToolNames(request, GEMINI_NAMES);
}

/** A tuned model names its own collection: `tunedModels/…`. */
function pathOf({ deployment: { upstreamModel, capabilities } }: ProviderCall): string {
  const name = upstreamModel.includes('/') ? upstreamModel : `models/${upstreamModel}`;
  const path = name.split('/').map(encodeURIComponent).join('/');
  return capabilities.streaming ? `/${path}:streamGenerateContent?alt=sse` : `/${path}:generateContent`;
}

/** Models that write; those for embeddings and pictures are left out where the list tells them apart. */
export function readModelPage(body: unknown, context: FailureContext): ModelPage {
  if (!isRecord(body) || !Array.isArray(body['models'])) throw malformed('the answer is no list of models', context);
  const ids = listAt(body, 'models')
    .filter(isRecord)
    .filter((model) => {
      const methods = listAt(model, 'supportedGenerationMethods');
      return methods.length === 0 || methods.includes('generateContent');
    })
    .flatMap((model) => textAt(model, 'name')?.replace(/^models\//, '') ?? []);
  const token = textAt(body, 'nextPageToken');
  return token === undefined ? { ids } : { ids, next: `${MODELS_PATH}&pageToken=${encodeURIComponent(token)}` };
}
