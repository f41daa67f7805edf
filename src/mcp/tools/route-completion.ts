import { z } from 'zod';
import { CHECK_TYPES, parseChecks } from '../../checks/parse-checks.ts';
import type { FindInText } from '../../checks/prepared-check.ts';
import type { CompletionOutcome } from '../../domain/completion-outcome.ts';
import type { CompletionRequest, Message } from '../../domain/completion-request.ts';
import { FareboxError } from '../../domain/errors.ts';
import { fromUsd } from '../../domain/money.ts';
import { COMPLEXITIES, TASK_TYPES } from '../../domain/task.ts';
import type { Engine } from '../../pipeline/engine.ts';
import { outcomeResult } from '../outcome-result.ts';
import { planResult } from '../plan-result.ts';
import { type Pulse, startPulse } from '../progress.ts';
import { defineTool, type ToolContext } from '../tool.ts';

const input = z.strictObject({
  prompt: z.string().describe('The whole task; the model sees nothing else'),
  system: z.string().optional().describe('System message'),
  task: z
    .enum(['auto', ...TASK_TYPES])
    .optional()
    .describe('Kind of work (auto)'),
  complexity: z
    .enum(['auto', ...COMPLEXITIES])
    .optional()
    .describe('Difficulty (auto); higher gets a stronger model'),
  profile: z.string().optional().describe('budget, balanced, premium or another configured profile'),
  model: z.string().optional().describe('Model, provider/model or alias, instead of routing'),
  max_cost_usd: z.number().positive().max(1_000_000).optional().describe('Most this call may cost, retries included'),
  max_output_tokens: z.int().positive().max(10_000_000).optional().describe('Longest answer'),
  json_schema: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('JSON Schema of the answer; the answer is then checked JSON'),
  verify: z
    .array(z.looseObject({ type: z.enum(CHECK_TYPES) }))
    .optional()
    .describe(
      'Checks the answer must pass, else a stronger model tries: json_schema {schema}, regex {pattern, flags, negate}, ' +
        'contains {text, ignore_case, negate}, grounded {source (prompt)}: JSON values verbatim in source, ' +
        'parses {language: typescript, javascript, json, yaml, python, sql, markdown-table}, named {name}: configured command',
    ),
  sensitivity: z.enum(['normal', 'private']).optional().describe('private: local models only'),
  region: z.string().optional().describe('Only providers in this region, e.g. eu'),
  tags: z.array(z.string().max(64)).max(16).optional().describe('Marks for budgets and reports'),
  non_critical: z.boolean().optional().describe('May wait: paused while a budget runs low'),
  thread_id: z.string().optional().describe('Go on with the conversation of this name, or begin it'),
  cache: z.enum(['use', 'refresh', 'off']).optional().describe('Stored answers (use)'),
  dry_run: z.boolean().optional().describe('Only show the decision and its worst cost; nothing is sent or spent'),
});

type Arguments = z.output<typeof input>;

export const routeCompletion = defineTool({
  name: 'route_completion',
  title: 'Routed completion',
  description:
    'Use to hand a self-contained task (draft, summary, extraction, tests, boilerplate, review, second opinion) to the cheapest ' +
    'adequate model. Not for work that needs this conversation, files or tools: the model sees only what you put into prompt. ' +
    'Returns the answer and a last line with model, cost, saving, tokens and call id. Calls may run in parallel; check the answer before using it.',
  input,
  // Not idempotent, so that no client replays it and nobody pays twice; read-only, so that clients run it in parallel unasked.
  annotations: { readOnlyHint: true, idempotentHint: false, destructiveHint: false, openWorldHint: true },
  async handle({ engine: engineSource, clock, project }, args, context) {
    const request = toRequest(args, context, project);
    const answerSchema = args.json_schema && (await schemaCheck(args.json_schema));
    const engine = await engineSource();
    if (args.dry_run) return planResult(await engine.pipeline.plan(request));
    const pulse = startPulse(context.progress, clock);
    try {
      const outcome = await runWithProgress(engine, request, context, pulse);
      return outcomeResult(outcome, engine.ledger.budgets, answerSchema);
    } finally {
      pulse.stop();
    }
  },
});

/** Read when the first schema comes: most calls need no engine for patterns. */
async function schemaCheck(schema: Readonly<Record<string, unknown>>): Promise<FindInText> {
  const { checkJsonSchema } = await import('../../checks/check-json-schema.ts');
  return checkJsonSchema(schema);
}

/** The arguments as a request. An absent field stays absent: the classifier and the profile decide it. */
function toRequest(
  args: Arguments,
  { client, session }: Pick<ToolContext, 'client' | 'session'>,
  project: string | undefined,
): CompletionRequest {
  if (args.prompt.trim() === '') {
    throw new FareboxError('invalid_request', 'The prompt is empty: nothing was sent or spent.', {
      remedy: 'Put the whole task into prompt.',
    });
  }
  const messages: Message[] = [{ role: 'user', content: args.prompt }];
  if (args.system) messages.unshift({ role: 'system', content: args.system });
  return {
    messages,
    ...(args.json_schema && {
      responseFormat: { type: 'json_schema' as const, name: 'answer', schema: args.json_schema },
    }),
    ...(args.verify?.length && { verify: parseChecks(args.verify) }),
    ...(args.max_output_tokens !== undefined && { maxOutputTokens: args.max_output_tokens }),
    ...(args.thread_id !== undefined && { threadId: args.thread_id }),
    cache: args.cache ?? 'use',
    delivery: 'whole',
    constraints: toConstraints(args),
    attribution: {
      surface: 'mcp',
      ...(client !== undefined && { client }),
      ...(project !== undefined && { project }),
      ...(session !== undefined && { sessionId: session }),
      ...(args.tags && args.tags.length > 0 && { tags: args.tags }),
    },
  };
}

function toConstraints(args: Arguments): CompletionRequest['constraints'] {
  return {
    ...(args.model !== undefined && { model: args.model }),
    ...(args.profile !== undefined && { profile: args.profile }),
    ...(args.task !== undefined && args.task !== 'auto' && { task: args.task }),
    ...(args.complexity !== undefined && args.complexity !== 'auto' && { complexity: args.complexity }),
    ...(args.max_cost_usd !== undefined && { maxCost: fromUsd(args.max_cost_usd) }),
    ...(args.region !== undefined && { region: args.region }),
    ...(args.non_critical !== undefined && { nonCritical: args.non_critical }),
    sensitivity: args.sensitivity ?? 'normal',
  };
}

async function runWithProgress(
  engine: Engine,
  request: CompletionRequest,
  context: ToolContext,
  pulse: Pulse,
): Promise<CompletionOutcome> {
  let characters = 0;
  for await (const event of engine.pipeline.run(request, context.signal)) {
    switch (event.type) {
      case 'attempt':
        characters = 0;
        pulse.say(`asking ${event.provider}/${event.model}`);
        break;
      case 'attempt_failed':
        pulse.say(`${event.provider}/${event.model} failed: ${event.failure}`);
        break;
      case 'progress':
        characters = event.characters;
        pulse.update(`${characters} characters received`);
        break;
      case 'text':
      case 'reasoning':
        characters += event.text.length;
        pulse.update(`${characters} characters received`);
        break;
      case 'planned':
      case 'tool_call':
        break;
      case 'done':
        return event.outcome;
      default:
        event satisfies never;
    }
  }
  throw new FareboxError('internal', 'The call ended without an outcome.');
}
