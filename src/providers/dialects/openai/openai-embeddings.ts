import { isRecord } from '../../../lib/json-value.ts';
import { checkVectors, recordOf } from '../../check-vectors.ts';
import type { EmbeddingDialect } from '../../dialect.ts';
import { malformed } from '../../read-answer.ts';
import { listAt, numberAt, textAt } from '../../read-json.ts';
import { toJson } from '../../to-json.ts';
import type { Quirks } from './quirks.ts';
import { readUsage } from './read-usage.ts';

/** OpenAI takes at most 2,048 texts in one request. */
const MOST_INPUTS = 2_048;

/** OpenAI's `/embeddings`. Vectors are asked for as numbers, which every compatible server can. */
export function createOpenAiEmbeddings(quirks: Quirks): EmbeddingDialect {
  return {
    mostInputs: MOST_INPUTS,
    encode: ({ deployment, inputs, dimensions }) => ({
      path: '/embeddings',
      body: toJson({
        model: deployment.upstreamModel,
        input: inputs,
        encoding_format: 'float',
        ...(dimensions !== undefined && { dimensions }),
        ...(quirks.reportsCost && { usage: { include: true } }),
      }),
    }),
    read(document, context, call) {
      const answer = recordOf(document, context);
      // Each vector says to which text it belongs; servers that leave that out answer in order.
      const vectors: unknown[] = [];
      for (const [position, item] of listAt(answer, 'data').entries()) {
        const index = isRecord(item) ? (numberAt(item, 'index') ?? position) : position;
        if (!isRecord(item) || !Number.isInteger(index) || index < 0 || index >= call.inputs.length) {
          throw malformed('a vector of the answer belongs to none of the texts', context);
        }
        vectors[index] = item['embedding'];
      }
      const raw = answer['usage'] ?? null;
      const told = readUsage(raw, quirks);
      return {
        vectors: checkVectors(Array.from(vectors), call, context),
        usage: told?.usage ?? null,
        reportedCost: told?.reportedCost ?? null,
        raw,
        generationId: textAt(answer, 'id') ?? null,
      };
    },
  };
}
