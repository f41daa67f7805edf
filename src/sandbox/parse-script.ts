import { FareboxError } from '../domain/errors.ts';
import { nearest } from '../lib/nearest.ts';
import type { Behaviour, Match, Script, ScriptedToolCall, Step } from './script.ts';

/** Says what is wrong with a value, or null. */
type Check = (value: unknown, path: string) => string | null;
type Checks<T> = { readonly [key in keyof Required<T>]: Check };

const text: Check = (value, path) => (typeof value === 'string' ? null : `${path} must be a string`);
const flag: Check = (value, path) => (typeof value === 'boolean' ? null : `${path} must be true or false`);
const anything: Check = () => null;
const whole =
  (least: number, most = 86_400_000): Check =>
  (value, path) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most
      ? null
      : `${path} must be a whole number from ${least} to ${most}`;
const milliseconds = whole(0);
const textMap: Check = (value, path) =>
  isObject(value) && Object.values(value).every((each) => typeof each === 'string')
    ? null
    : `${path} must be an object of strings`;
const usage: Check = (value, path) =>
  value === 'none' || value === 'each' || isObject(value) ? null : `${path} must be "none", "each" or an object`;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function object<T>(checks: Checks<T>, required: readonly (keyof T & string)[] = []): Check {
  const keys = Object.keys(checks);
  return (value, path) => {
    if (!isObject(value)) return `${path} must be an object`;
    for (const key of required) if (!(key in value)) return `${path}.${key} is missing`;
    for (const [key, member] of Object.entries(value)) {
      if (!keys.includes(key)) return `${path}.${key} is unknown${suggestion(key, keys)}`;
      const problem = checks[key as keyof T](member, `${path}.${key}`);
      if (problem) return problem;
    }
    return null;
  };
}

function list(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} must be a list`;
    for (const [index, member] of value.entries()) {
      const problem = check(member, `${path}[${index}]`);
      if (problem) return problem;
    }
    return null;
  };
}

function suggestion(key: string, keys: readonly string[]): string {
  const near = nearest(key, keys);
  return near ? `; did you mean "${near}"?` : '';
}

const checkToolCall = object<ScriptedToolCall>(
  {
    name: text,
    arguments: (value, path) =>
      typeof value === 'string' || isObject(value) ? null : `${path} must be an object or text`,
  },
  ['name', 'arguments'],
);

const share: Check = (value, path) =>
  typeof value === 'number' && value >= 0 && value <= 1 ? null : `${path} must be a number from 0 to 1`;

const checkMatch = object<Match>({
  model: text,
  primary: flag,
  share,
  call: whole(1),
  prompt: text,
  stream: flag,
  tools: flag,
  lastRole: text,
  fromMs: milliseconds,
  untilMs: milliseconds,
});

const checkBehaviour = object<Behaviour>({
  delayMs: milliseconds,
  hang: flag,
  reset: flag,
  status: whole(200, 599),
  headers: textMap,
  body: anything,
  contentType: text,
  text,
  tokens: whole(0, 1_000_000),
  reasoning: text,
  toolCalls: list(checkToolCall),
  finishReason: (value, path) => (value === null ? null : text(value, path)),
  model: text,
  firstTokenMs: milliseconds,
  tokenMs: milliseconds,
  cutAfterTokens: whole(0),
  stallAfterTokens: whole(0),
  malformedAfterTokens: whole(0),
  errorAfterTokens: whole(0),
  error: anything,
  done: flag,
  end: flag,
  usage,
});

const checkScript = object<Script>(
  {
    name: text,
    description: text,
    seed: whole(0, Number.MAX_SAFE_INTEGER),
    promptCache: flag,
    steps: list(object<Step>({ match: checkMatch, times: whole(1), do: checkBehaviour }, ['do'])),
  },
  ['steps'],
);

/** A script from parsed JSON. Throws `invalid_config` that names the path of what is wrong, and the nearest right key. */
export function parseScript(value: unknown): Script {
  const problem = checkScript(value, 'script');
  if (problem === null) return value as Script;
  throw new FareboxError('invalid_config', `The sandbox script is not valid: ${problem}.`, {
    remedy: 'A script is {"steps": [{"match": {"model": "…"}, "times": 1, "do": {"status": 429}}]}.',
  });
}

/** A script from JSON text; `source` names it in errors. */
export function parseScriptText(json: string, source: string): Script {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : '';
    throw new FareboxError('invalid_config', `The sandbox script ${source} is not JSON: ${detail}`, { cause });
  }
  return parseScript(value);
}
