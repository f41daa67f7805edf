import { type Encoding, encodingOf } from './encoding-of.ts';
import { createLearnedRatio, type LearnedRatio } from './learned-ratio.ts';
import { type CountTokens, loadEncoder } from './load-encoder.ts';

/** Tells how many tokens texts are for a model, as well as can be known. */
export interface TokenCounter extends LearnedRatio {
  /** Loads the model's tokenizer, if it has one that we know, so that `count` can count. Never throws. */
  ready(model: string): Promise<void>;
  /** Counted with the model's tokenizer; null where it has none, or none that is loaded. */
  count(model: string, texts: readonly string[]): number | null;
}

export function createTokenCounter(load: (encoding: Encoding) => Promise<CountTokens> = loadEncoder): TokenCounter {
  const loading = new Map<Encoding, Promise<void>>();
  const loaded = new Map<Encoding, CountTokens>();

  async function loadOnce(encoding: Encoding): Promise<void> {
    try {
      loaded.set(encoding, await load(encoding));
    } catch {
      // Without its file (a package that was cut down) estimates have to do.
    }
  }

  return {
    ...createLearnedRatio(),
    async ready(model) {
      const encoding = encodingOf(model);
      if (encoding === null || loaded.has(encoding)) return;
      const started = loading.get(encoding) ?? loadOnce(encoding);
      loading.set(encoding, started);
      await started;
    },
    count(model, texts) {
      const encoding = encodingOf(model);
      const count = encoding === null ? undefined : loaded.get(encoding);
      return count === undefined ? null : total(count, texts);
    },
  };
}

function total(count: CountTokens, texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + count(text), 0);
}
