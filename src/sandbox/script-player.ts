import type { Clock } from '../lib/clock.ts';
import { type ChatRequest, lastUserText } from './chat-request.ts';
import type { Behaviour, Match, Script, Step } from './script.ts';

export interface ScriptPlayer {
  /** What to do for this request, counting it: the index of the step in the script and its behaviour, or null. */
  next(request: ChatRequest): { readonly step: number; readonly behaviour: Behaviour } | null;
  /** Plays another script, or the same one again, from the beginning. */
  load(script: Script): void;
  rewind(): void;
}

export function createScriptPlayer(initial: Script, clock: Clock): ScriptPlayer {
  let script = initial;
  let startedAt = clock.monotonic();
  let uses: { matched: number; served: number }[] = [];
  const rewind = () => {
    startedAt = clock.monotonic();
    uses = script.steps.map(() => ({ matched: 0, served: 0 }));
  };
  const takes = (step: Step, index: number, request: ChatRequest): boolean => {
    const use = uses[index];
    if (!use || !matches(step.match ?? {}, request, clock.monotonic() - startedAt)) return false;
    use.matched++;
    if (step.match?.call !== undefined && step.match.call !== use.matched) return false;
    if (step.times !== undefined && use.served >= step.times) return false;
    use.served++;
    return true;
  };

  rewind();
  return {
    next(request) {
      for (const [index, step] of script.steps.entries()) {
        if (takes(step, index, request)) return { step: index, behaviour: step.do };
      }
      return null;
    },
    load(next) {
      script = next;
      rewind();
    },
    rewind,
  };
}

function matches(match: Match, request: ChatRequest, elapsedMs: number): boolean {
  return (
    (match.model === undefined || globMatches(match.model, request.model)) &&
    (match.prompt === undefined || lastUserText(request).toLowerCase().includes(match.prompt.toLowerCase())) &&
    (match.stream === undefined || match.stream === request.stream) &&
    (match.tools === undefined || match.tools === request.tools.length > 0) &&
    (match.lastRole === undefined || match.lastRole === request.messages.at(-1)?.role) &&
    (match.fromMs === undefined || elapsedMs >= match.fromMs) &&
    (match.untilMs === undefined || elapsedMs < match.untilMs)
  );
}

function globMatches(pattern: string, model: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(model);
}
