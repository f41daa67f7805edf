import { behindSeparators, opensEnvelope, opensLike, wrappingStart } from './call-opening.ts';
import { createJsonSpan, type JsonSpan } from './json-span.ts';
import { readCalls, type WrittenCall } from './read-calls.ts';

export type ParsedPiece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'call'; readonly call: WrittenCall };

/** Finds calls in the text of an answer while it comes. */
export interface CallParser {
  /** What is certain by now, in order. Text that may still turn out to be a call is held back. */
  push(text: string): readonly ParsedPiece[];
  /** The rest, once nothing more comes. */
  end(): readonly ParsedPiece[];
  readonly calls: number;
  /** Why a call could not be read; null where none went wrong. */
  readonly fault: string | null;
}

/** More than this is held for no call. */
const MOST_HELD = 1024 * 1024;

type State =
  /** Text before the first call. */
  | 'prose'
  /** A value that may be a call is held. */
  | 'value'
  /** JSON that is no call passes by, so that nothing within it is taken for one. */
  | 'passing'
  /** Behind a call. */
  | 'between'
  /** Nothing that comes matters any more. */
  | 'over';

/**
 * Text before the first call is passed on. Behind it only further calls count: what else a model writes there is its
 * guess at the results, and ends the search. JSON that turns out to be no call stays text.
 */
export function createCallParser(offered: ReadonlySet<string>): CallParser {
  let state: State = 'prose';
  /** What has come and is not decided. */
  let buffer = '';
  /** A code fence or tag before the value that is held. */
  let wrapping = '';
  let span: JsonSpan = createJsonSpan();
  /** The end of the buffer that the span has not seen yet. Only this is looked at, so that a long call takes linear time. */
  let unseen = '';
  let isLikeCall = false;
  let calls = 0;
  let fault: string | null = null;
  let pieces: ParsedPiece[] = [];

  const pass = (length: number) => {
    const text = wrapping + buffer.slice(0, length);
    wrapping = '';
    buffer = buffer.slice(length);
    if (text !== '' && calls === 0) pieces.push({ type: 'text', text });
  };
  const give = (why: string | null) => {
    fault ??= why;
    state = 'over';
    buffer = '';
  };
  const begin = (next: 'value' | 'passing') => {
    state = next;
    span = createJsonSpan();
    unseen = buffer;
    isLikeCall = false;
  };
  /** The index behind the value that the buffer begins with; -1 while its end has not come. */
  const endOfValue = (): number => {
    const end = span.push(unseen);
    const seen = buffer.length - unseen.length;
    unseen = '';
    return end < 0 ? -1 : seen + end;
  };

  /** Each step returns whether there may be more to do with what has come. */
  const steps: Readonly<Record<State, () => boolean>> = {
    prose() {
      const bracket = buffer.search(/[{[]/);
      const text = bracket < 0 ? buffer : buffer.slice(0, bracket);
      const start = wrappingStart(text, bracket >= 0);
      pass(start < 0 ? text.length : start);
      if (bracket < 0) return false;
      const length = start < 0 ? 0 : text.length - start;
      wrapping = buffer.slice(0, length);
      buffer = buffer.slice(length);
      begin('value');
      return true;
    },
    value() {
      const opens = isLikeCall ? 'call' : opensLike(buffer);
      if (opens === null) return false;
      isLikeCall = opens === 'call';
      if (!isLikeCall) {
        if (calls > 0) give(null);
        else if (opens === 'json') begin('passing');
        else {
          pass(1);
          state = 'prose';
        }
        return true;
      }
      const end = endOfValue();
      if (end < 0) {
        if (buffer.length <= MOST_HELD) return false;
        if (opensEnvelope(buffer)) give('the call is too long');
        else state = 'passing';
        return false;
      }
      const read = readCalls(buffer.slice(0, end), offered);
      if (read.type === 'broken') give(read.why);
      else if (read.type === 'text' && calls > 0) give(null);
      else if (read.type === 'text') {
        pass(end);
        state = 'prose';
      } else {
        for (const call of read.calls) pieces.push({ type: 'call', call });
        calls += read.calls.length;
        wrapping = '';
        buffer = buffer.slice(end);
        state = 'between';
      }
      return true;
    },
    passing() {
      const end = endOfValue();
      pass(end < 0 ? buffer.length : end);
      if (end >= 0) state = 'prose';
      return end >= 0;
    },
    between() {
      const rest = behindSeparators(buffer);
      if (rest === null) return false;
      buffer = rest;
      if (/^[{[]/.test(rest)) begin('value');
      else give(null);
      return true;
    },
    over: () => false,
  };
  const taken = (): readonly ParsedPiece[] => {
    const given = pieces;
    pieces = [];
    return given;
  };

  return {
    push(text) {
      if (state === 'over') return [];
      buffer += text;
      unseen += text;
      while (buffer !== '' && steps[state]());
      return taken();
    },
    end() {
      if (state === 'value' && opensEnvelope(buffer)) fault ??= 'the call breaks off';
      pass(buffer.length);
      state = 'over';
      return taken();
    },
    get calls() {
      return calls;
    },
    get fault() {
      return fault;
    },
  };
}
