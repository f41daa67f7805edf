import { normalizeUsage } from '../../../domain/usage.ts';
import { isRecord } from '../../../lib/json-value.ts';
import { checkVectors, recordOf } from '../../check-vectors.ts';
import type { EmbeddingDialect } from '../../dialect.ts';
import { listAt, numberAt, recordAt } from '../../read-json.ts';
import { toJson } from '../../to-json.ts';

/** `batchEmbedContents` takes at most 100 texts. */
const MOST_INPUTS = 100;

/** Gemini's `batchEmbedContents`. */
export const geminiEmbeddings: EmbeddingDialect = {
  mostInputs: MOST_INPUTS,
  encode({ deployment, inputs, dimensions }) {
    const { upstreamModel } = deployment;
    const model = upstreamModel.includes('/') ? upstreamModel : `models/${upstreamModel}`;
    return {
      path: `/${model.split('/').map(encodeURIComponent).join('/')}:batchEmbedContents`,
      body: toJson({
        requests: inputs.map((text) => ({
          model,
          content: { parts: [{ text }] },
          ...(dimensions !== undefined && { outputDimensionality: dimensions }),
        })),
      }),
    };
  },
  read(document, context, call) {
    const answer = recordOf(document, context);
    const vectors = listAt(answer, 'embeddings').map((item) => (isRecord(item) ? item['values'] : undefined));
    // Documented for newer models only; where it is missing, the tokens are estimated.
    const raw = recordAt(answer, 'usageMetadata') ?? null;
    const tokens = raw && numberAt(raw, 'promptTokenCount');
    return {
      vectors: checkVectors(vectors, call, context),
      usage: tokens ? normalizeUsage({ inputTokens: tokens, outputTokens: 0 }) : null,
      reportedCost: null,
      raw,
      generationId: null,
    };
  },
};
