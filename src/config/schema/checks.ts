import * as z from 'zod';
import { name, text } from './fields.ts';

/** Commands that answers may be checked by (`verify`). */
export const checksSchema = z.record(
  name,
  z.strictObject({
    command: z
      .array(text)
      .min(1)
      .describe('The program and its arguments; no shell reads them. The answer comes on stdin.'),
    timeoutMs: z.int().min(1).max(600_000).optional().describe('It is ended after so many ms. Default 30000.'),
    maxOutputBytes: z
      .int()
      .min(1)
      .max(100_000_000)
      .optional()
      .describe('It is ended when it prints more than this. Default 1000000.'),
    cwd: text.optional().describe('Where it runs, relative to this file. Default: the folder of this file.'),
    env: z
      .record(z.string(), z.string())
      .optional()
      .describe('What it sees of the environment beside PATH and HOME; keys of providers are not among them.'),
  }),
);
