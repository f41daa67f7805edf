import { parseJson } from '../../lib/json-value.ts';
import { createJsonSpan, type JsonSpan } from '../emulated-tools/json-span.ts';

/** Finds JSON in what a tool prints: a value on each line, or one that goes over many, between banners and warnings. */
export interface JsonValues {
  /** The values that are complete by now; the elements of a list one by one. */
  push(text: string): readonly unknown[];
  /** The last value, where no line break follows it. */
  end(): readonly unknown[];
  /** What was no JSON, or as much of its end as is worth telling. */
  noise(): string;
}

const MOST_NOISE = 4_000;
/** A value that goes on for longer is given up. */
const LONGEST_VALUE = 64 * 1024 * 1024;

export function createJsonValues(): JsonValues {
  let line = '';
  let value = '';
  let span: JsonSpan | null = null;
  let noise = '';

  const note = (text: string) => {
    if (text.trim() !== '') noise = `${noise}${text}\n`.slice(-MOST_NOISE);
  };
  const valuesOf = (text: string): readonly unknown[] | null => {
    const parsed = parseJson(text);
    if (Array.isArray(parsed)) return parsed;
    return typeof parsed === 'object' && parsed !== null ? [parsed] : null;
  };
  /** A value may only begin a line: a bracket in the middle of a sentence begins none. */
  const readLine = (text: string): readonly unknown[] => {
    if (span === null) {
      if (!/^\s*[{[]/.test(text)) {
        note(text);
        return [];
      }
      const whole = valuesOf(text);
      if (whole) return whole;
      span = createJsonSpan();
      value = '';
    } else if (text.startsWith('{') && value.startsWith('{')) {
      // Within an object no line is one by itself: what seemed to be one was a banner with a bracket.
      const whole = valuesOf(text);
      if (whole) {
        note(value);
        span = null;
        value = '';
        return whole;
      }
    }
    const begun = `${text}\n`;
    const end = span.push(begun);
    value += end < 0 ? begun : begun.slice(0, end);
    if (end < 0 && value.length <= LONGEST_VALUE) return [];
    span = null;
    const found = valuesOf(value);
    if (!found) note(value);
    else note(begun.slice(end));
    value = '';
    return found ?? [];
  };

  return {
    push(text) {
      const [first = '', ...others] = text.split('\n');
      line += first;
      if (others.length === 0) return [];
      const lines = [line, ...others];
      line = lines.pop() ?? '';
      return lines.flatMap(readLine);
    },
    end() {
      const last = line === '' ? [] : readLine(line);
      line = '';
      if (value !== '') note(value);
      value = '';
      span = null;
      return last;
    },
    noise: () => noise.trim(),
  };
}
