import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { type PlainServer, startPlainServer } from './plain-server.ts';
import { beginStream, endStream, sendText } from './streamed-answer.ts';

export interface HoldingServer extends PlainServer {
  /** Resolves when this many requests have got their first words. */
  arrived(count: number): Promise<void>;
  /** Sends the rest of every answer that is held, and of all to come: 100 tokens in, 40 out. */
  release(): void;
  /** Resolves with the time (of `performance.now()`) at which the client closed a connection that had no whole answer. */
  hungUp(): Promise<number>;
}

/** Says “First words” at once and the rest when it is told to: for what happens in the middle of an answer. */
export async function startHoldingServer(): Promise<HoldingServer> {
  const held: ServerResponse[] = [];
  let begun = 0;
  let released = false;
  const news = new EventTarget();
  let reportHangUp: (at: number) => void = () => {};
  const hangUp = new Promise<number>((resolve) => {
    reportHangUp = resolve;
  });
  const finish = (response: ServerResponse) => {
    sendText(response, ' and the rest.');
    endStream(response, 100, 40);
  };

  const server = await startPlainServer((_request, response) => {
    response.once('close', () => {
      if (!response.writableEnded) reportHangUp(performance.now());
    });
    beginStream(response);
    sendText(response, 'First words');
    begun += 1;
    if (released) finish(response);
    else held.push(response);
    news.dispatchEvent(new Event('begun'));
  });
  onTestFinished(() => server.close());
  return {
    ...server,
    async arrived(count) {
      while (begun < count) await once(news, 'begun');
    },
    release() {
      released = true;
      for (const response of held.splice(0)) finish(response);
    },
    hungUp: () => hangUp,
  };
}
