import { textOf } from '../../src/domain/completion-request.ts';
import { FareboxError } from '../../src/domain/errors.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import { nano } from '../../src/domain/money.ts';
import { echoScript, type Script } from './fake-engine.ts';

/** Answers by the first word of the prompt: `hang`, `break`, `refuse`, `fail`, `json …`; anything else is echoed. */
export const scriptedAnswers: Script = async function* (request, signal) {
  const prompt = textOf(request.messages.at(-1)?.content ?? '');
  const [word = ''] = prompt.split(/\s/, 1);
  switch (word) {
    case 'hang':
      yield { type: 'attempt', number: 1, provider: 'acme', model: 'small-1' };
      await new Promise<never>((_, reject) => {
        const abort = () => reject(signal.reason);
        if (signal.aborted) abort();
        signal.addEventListener('abort', abort);
      });
      return;
    case 'break':
      yield {
        type: 'outcome',
        parts: {
          status: 'incomplete',
          text: 'half an ans',
          finishReason: null,
          saved: null,
          error: new FareboxError('internal', 'The connection broke after 11 characters.'),
        },
      };
      return;
    case 'refuse':
      yield {
        type: 'outcome',
        parts: {
          status: 'refused',
          cost: { amount: nano(0), source: 'computed' },
          usage: null,
          error: new FareboxError('budget_exceeded', 'Budget all/month is too small for this call.', {
            remedy: 'Raise it or wait.',
          }),
        },
      };
      return;
    case 'fail':
      yield {
        type: 'outcome',
        parts: {
          status: 'failed',
          usage: null,
          saved: null,
          error: new FareboxError('all_candidates_failed', 'All candidates failed.'),
          attempts: [
            {
              id: 'attempt_1' as AttemptId,
              provider: 'acme',
              model: 'small-1',
              result: 'failed',
              failure: 'server_error',
              message: 'overloaded',
              cost: { amount: nano(1_000_000), source: 'computed' },
              durationMs: 1200,
              firstTokenMs: null,
            },
          ],
        },
      };
      return;
    case 'json':
      yield { type: 'outcome', parts: { text: prompt.slice(5) } };
      return;
    default:
      yield* echoScript(request, signal);
  }
};
