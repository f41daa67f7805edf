import type { Clock } from '../lib/clock.ts';
import { type ChatRequest, lastUserText } from './chat-request.ts';
import type { Behaviour, Match, Script, Step } from './script.ts';

export interface ScriptPlayer {
  /** What to do for this request, counting it: the index of the step in the script and its behaviour, or null. */
  next(request: ChatRequest): { readonly step: number; readonly behaviour: Behaviour } | null;
  /** Plays another script, or the same one again, from the beginning. */
  load(script: Script): void;
  rewind(): void;
  /** Whether the script wants prompts to be cached. */
  readonly promptCache: boolean;
}

export function createScriptPlayer(initial: Script, clock: Clock): ScriptPlayer {
  let script = initial;
  let startedAt = clock.monotonic();
  let uses: { met: number; matched: number; served: number }[] = [];
  let primary: string | null = null;
  const rewind = () => {
    startedAt = clock.monotonic();
    primary = null;
    uses = script.steps.map(() => ({ met: 0, matched: 0, served: 0 }));
  };
  const takes = (step: Step, index: number, request: ChatRequest): boolean => {
    const use = uses[index];
    const match = step.match ?? {};
    if (!use || !matches(match, request, clock.monotonic() - startedAt)) return false;
    if (match.primary !== undefined && match.primary !== (request.model === primary)) return false;
    use.met++;
    if (match.share !== undefined && scatter(use.met, index, script.seed ?? 0) >= match.share) return false;
    use.matched++;
    if (step.match?.call !== undefined && step.match.call !== use.matched) return false;
    if (step.times !== undefined && use.served >= step.times) return false;
    use.served++;
    return true;
  };

  rewind();
  return {
    next(request) {
      primary ??= request.model;
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
    get promptCache() {
      return script.promptCache === true;
    },
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

/** A number in [0, 1) for the nth request of a step: evenly spread, without pattern, the same in every run (murmur3's mixer). */
function scatter(n: number, step: number, seed: number): number {
  let hash = (n * 0x9e3779b1 + step * 0x85ebca6b + seed * 0xc2b2ae35) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
