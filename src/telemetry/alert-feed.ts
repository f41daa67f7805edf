import type { AlertNotice } from '../domain/alert.ts';

export type AlertListener = (notice: AlertNotice) => void;

/** Hands alerts on to whoever is connected at the moment. Made before the engine, which may come later and go earlier. */
export interface AlertFeed {
  tell(notice: AlertNotice): void;
  /** Returns a function that ends it. */
  subscribe(listener: AlertListener): () => void;
}

export function createAlertFeed(): AlertFeed {
  const listeners = new Set<AlertListener>();
  return {
    tell(notice) {
      for (const listener of listeners) listener(notice);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
