import { z } from 'zod';
import type { CompletionOutcome } from '../../domain/completion-outcome.ts';
import type { CompletionRequest, Message } from '../../domain/completion-request.ts';
import { FareboxError } from '../../domain/errors.ts';
import { fromUsd } from '../../domain/money.ts';
import { COMPLEXITIES, TASK_TYPES } from '../../domain/task.ts';
import type { Engine } from '../../pipeline/engine.ts';
import { compileAnswerSchema } from '../answer-schema.ts';
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
  sensitivity: z.enum(['normal', 'private']).optional().describe('private: local models only'),
  region: z.string().optional().describe('Only providers in this region, e.g. eu'),
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
    const request = toRequest(args, context.client, project);
    const answerSchema = args.json_schema && compileAnswerSchema(args.json_schema);
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

/** The arguments as a request. An absent field stays absent: the classifier and the profile decide it. */
function toRequest(args: Arguments, client: string | undefined, project: string | undefined): CompletionRequest {
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
    ...(args.max_output_tokens !== undefined && { maxOutputTokens: args.max_output_tokens }),
    cache: args.cache ?? 'use',
    delivery: 'whole',
    constraints: toConstraints(args),
    attribution: {
      surface: 'mcp',
      ...(client !== undefined && { client }),
      ...(project !== undefined && { project }),
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
