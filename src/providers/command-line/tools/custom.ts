import type { CommandLineConfig, CommandOutput } from '../../../config/command-line-config.ts';
import { normalizeUsage } from '../../../domain/usage.ts';
import type { ProviderEvent } from '../../provider.ts';
import { atPointer } from '../json-pointer.ts';
import { isErrorText, type OutputReader, type Tool } from '../tool.ts';

/**
 * A command of the user's own. `{model}` and `{prompt}` are put into the arguments that name them, each of which stays
 * one argument; where no argument names the prompt, it comes on stdin.
 */
export function createCustomTool({ argv, output = { format: 'text' } }: CommandLineConfig): Tool {
  const [program = '', ...given] = argv;
  const asArgument = given.some((argument) => argument.includes('{prompt}'));
  return {
    title: program,
    ownModel: null,
    takesSystem: false,
    firstSign: output.format === 'json' ? 'none' : 'content',
    prints: output.format === 'text' ? 'text' : 'json',
    login: `log in to ${program}`,
    arguments: ({ model, prompt }) => ({
      args: given.map((argument) =>
        argument.replace(/\{(model|prompt)\}/g, (_, name: string) => (name === 'model' ? (model ?? '') : prompt)),
      ),
      stdin: asArgument ? '' : prompt,
    }),
    createReader: () => (output.format === 'text' ? createTextReader() : createPointerReader(output)),
  };
}

/** By so many characters it shows whether a text begins like an error. */
const TELLING = 100;

/**
 * All that is printed is the answer, which is whole when the program ends well. What begins like an error is held back
 * until it is known to be more than that: many programs end with exit code 0 whatever went wrong.
 */
function createTextReader(): OutputReader {
  let held = '';
  let begun = false;
  return {
    read(value) {
      const text = typeof value === 'string' ? value : '';
      if (begun) return text === '' ? [] : [{ type: 'text', text }];
      // Blank lines before the answer are none of it.
      held = (held + text).trimStart();
      if (held.length < TELLING || isErrorText(held)) return [];
      begun = true;
      return [{ type: 'text', text: held }];
    },
    finished: false,
    end() {
      const rest = begun ? '' : held;
      return isErrorText(rest)
        ? { text: '', error: rest.trim(), finishReason: null }
        : { text: rest, error: null, finishReason: 'stop' };
    },
  };
}

function createPointerReader({ format, text: place = '', ...places }: CommandOutput): OutputReader {
  let answer = '';
  let found = false;
  let error: string | null = null;
  const counts: { input?: number; cached?: number; output?: number } = {};

  const count = (value: unknown, pointer: string | undefined, name: keyof typeof counts) => {
    const at = pointer === undefined ? undefined : atPointer(value, pointer);
    if (typeof at === 'number' && Number.isFinite(at)) counts[name] = at;
  };

  return {
    read(value): readonly ProviderEvent[] {
      const failure = places.error === undefined ? undefined : atPointer(value, places.error);
      if (failure !== undefined && failure !== null && failure !== false && failure !== '') {
        error = typeof failure === 'string' ? failure : JSON.stringify(failure);
      }
      count(value, places.inputTokens, 'input');
      count(value, places.cachedInputTokens, 'cached');
      count(value, places.outputTokens, 'output');
      const text = atPointer(value, place);
      if (typeof text !== 'string') return usageOf(counts);
      found = true;
      if (format === 'jsonl') return [{ type: 'text', text }, ...usageOf(counts)];
      answer = text;
      return usageOf(counts);
    },
    finished: false,
    end() {
      const failure = error ?? (isErrorText(answer) ? answer : null);
      return {
        text: failure === null ? answer : '',
        error: failure,
        finishReason: found && failure === null ? 'stop' : null,
      };
    },
  };
}

function usageOf({ input, cached, output }: { input?: number; cached?: number; output?: number }): ProviderEvent[] {
  if (input === undefined || output === undefined) return [];
  const usage = normalizeUsage({ inputTokens: input, cacheReadTokens: cached ?? 0, outputTokens: output });
  return [{ type: 'usage', usage, reportedCost: null, raw: { input, cached, output } }];
}
