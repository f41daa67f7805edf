import { isRecord, parseJson } from '../../lib/json-value.ts';
import { ARGUMENT_KEYS, CALL_LISTS, NAME_KEYS, opensEnvelope } from './call-opening.ts';

export interface WrittenCall {
  readonly name: string;
  /** JSON text of an object. */
  readonly arguments: string;
}

/** What a JSON value in an answer is: calls, a call that went wrong (why), or only text. */
export type ReadCalls =
  | { readonly type: 'calls'; readonly calls: readonly WrittenCall[] }
  | { readonly type: 'broken'; readonly why: string }
  | { readonly type: 'text' };

/**
 * Reads a complete JSON value as calls of the tools that were offered. In our protocol's envelope a fault is a fault; a
 * bare object counts as a call only where it is one in every respect, since an answer may well be about JSON.
 */
export function readCalls(text: string, offered: ReadonlySet<string>): ReadCalls {
  const isEnvelope = opensEnvelope(text);
  const value = parseJson(text);
  if (value === undefined) return isEnvelope ? broken('the call is not valid JSON') : { type: 'text' };
  const calls: WrittenCall[] = [];
  for (const raw of listIn(value)) {
    const call = readCall(raw, offered);
    if (typeof call !== 'string') calls.push(call);
    else return isEnvelope ? broken(call) : { type: 'text' };
  }
  if (calls.length > 0) return { type: 'calls', calls };
  return isEnvelope ? broken('the list of calls is empty') : { type: 'text' };
}

function broken(why: string): ReadCalls {
  return { type: 'broken', why };
}

function listIn(value: unknown): readonly unknown[] {
  if (!isRecord(value)) return [value].flat();
  const key = CALL_LISTS.find((each) => Object.hasOwn(value, each));
  return key === undefined ? [value] : [value[key]].flat();
}

/** The call, or what is wrong with it. */
function readCall(raw: unknown, offered: ReadonlySet<string>): WrittenCall | string {
  if (!isRecord(raw)) return 'a call is not an object';
  // OpenAI's shape has name and arguments one level deeper.
  const call = isRecord(raw['function']) ? raw['function'] : raw;
  const name = NAME_KEYS.map((key) => call[key]).find((each) => typeof each === 'string');
  if (typeof name !== 'string') return 'a call names no tool';
  if (!offered.has(name)) return `there is no tool ${JSON.stringify(name.slice(0, 80))}`;
  const key = ARGUMENT_KEYS.find((each) => Object.hasOwn(call, each));
  const given = key === undefined ? undefined : call[key];
  if (given === undefined) {
    return call === raw && Object.keys(call).length > 2 ? 'a call has no arguments' : { name, arguments: '{}' };
  }
  const value = typeof given === 'string' ? parseJson(given) : given;
  if (!isRecord(value)) return `the arguments of ${name} are no JSON object`;
  return { name, arguments: JSON.stringify(value) };
}
