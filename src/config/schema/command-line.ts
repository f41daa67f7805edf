import * as z from 'zod';
import { optional, text, texts } from './fields.ts';

const pointer = z.string().regex(/^(\/|$)/, 'a JSON pointer such as "/result" or "/usage/input_tokens"');

const output = z
  .strictObject({
    format: z
      .enum(['text', 'json', 'jsonl'])
      .describe('text: all that it prints is the answer; json: one value; jsonl: a value on each line.'),
    text: pointer.optional().describe('Where the answer stands; with jsonl the pieces are put together in order.'),
    error: pointer.optional().describe('Where the words of a failure stand: whatever is found there fails the call.'),
    inputTokens: pointer.optional().describe('Tokens of the prompt, cached ones included.'),
    cachedInputTokens: pointer.optional(),
    outputTokens: pointer.optional(),
  })
  .refine(({ format, text }) => format === 'text' || text !== undefined, {
    message: 'text, the place of the answer in the JSON',
    path: ['text'],
  })
  .describe('How a command of your own prints its answer. JSON pointers.');

/** What only providers of kind `command-line` have. */
export const commandLineFields = {
  tool: z
    .enum(['claude', 'codex', 'copilot', 'gemini', 'qwen'])
    .optional()
    .describe('For kind command-line: whose options and output it has, where it is none of your own.'),
  command: texts
    .min(1)
    .optional()
    .describe(
      'For kind command-line: the program and its first arguments; no shell reads them. The prompt comes on stdin. Of your own: {model} and {prompt} stand for what they say, each within one argument.',
    ),
  args: optional.texts.describe('For kind command-line: further arguments, after those of the tool.'),
  cwd: text
    .optional()
    .describe('For kind command-line: where it runs. Default: an empty private folder for each call, then removed.'),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable'), z.string())
    .optional()
    .describe(
      'For kind command-line: what it sees of the environment beside PATH, HOME, language and proxies. Keys of providers are never handed on.',
    ),
  maxProcesses: z.int().min(1).max(64).optional().describe('For kind command-line: at once. Default 2.'),
  maxOutputBytes: z
    .int()
    .min(1_000)
    .max(268_435_456)
    .optional()
    .describe('For kind command-line: it is ended when it prints more. Default 16777216.'),
  flatMonthlyUsd: optional.dollars.describe(
    'US dollars a calendar month for all its models together: a call then costs nothing by itself.',
  ),
  output: output.optional(),
};
