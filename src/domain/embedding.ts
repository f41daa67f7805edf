import type { Cost } from './completion-outcome.ts';
import type { Attribution } from './completion-request.ts';
import type { FareboxError } from './errors.ts';
import type { CallId } from './ids.ts';
import type { TokenUsage } from './usage.ts';

export interface EmbeddingRequest {
  /** At least one; none of them empty. */
  readonly inputs: readonly string[];
  /** A model, `provider/model` or alias; the configured or first known one where absent. */
  readonly model?: string;
  /** Numbers in each vector; the model's own where absent. */
  readonly dimensions?: number;
  readonly attribution: Attribution;
}

/** How a request for embeddings ended. Always present once the request was understood. */
export interface EmbeddingOutcome {
  readonly callId: CallId;
  /** One for each input, in their order, all by one model at one provider; null where nobody answered: see `error`. */
  readonly vectors: readonly (readonly number[])[] | null;
  readonly model: string | null;
  readonly provider: string | null;
  /** Of the inputs of this request only, whatever else went along. */
  readonly usage: TokenUsage | null;
  /** All attempts together; unknown as soon as one is unknown. */
  readonly cost: Cost;
  readonly simulated: boolean;
  readonly error: FareboxError | null;
}
