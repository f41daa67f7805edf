import { normalizeUsage } from '../../../domain/usage.ts';
import { checkVectors, recordOf } from '../../check-vectors.ts';
import type { EmbeddingDialect } from '../../dialect.ts';
import { listAt, numberAt } from '../../read-json.ts';
import { toJson } from '../../to-json.ts';

/** Ollama names no limit; more than this at once would only keep one machine busy for long. */
const MOST_INPUTS = 512;

/** Ollama's `/api/embed`. A text that is too long is refused rather than cut without a word. */
export const ollamaEmbeddings: EmbeddingDialect = {
  mostInputs: MOST_INPUTS,
  encode: ({ deployment, inputs, dimensions }) => ({
    path: '/api/embed',
    body: toJson({
      model: deployment.upstreamModel,
      input: inputs,
      truncate: false,
      ...(dimensions !== undefined && { dimensions }),
    }),
  }),
  read(document, context, call) {
    const answer = recordOf(document, context);
    const tokens = numberAt(answer, 'prompt_eval_count');
    return {
      vectors: checkVectors(listAt(answer, 'embeddings'), call, context),
      usage: tokens ? normalizeUsage({ inputTokens: tokens, outputTokens: 0 }) : null,
      reportedCost: null,
      raw: tokens === undefined ? null : { prompt_eval_count: tokens },
      generationId: null,
    };
  },
};
