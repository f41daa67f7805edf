import { basename, extname } from 'node:path';
import { type Command, Option } from 'commander';
import type {
  Attribution,
  CompletionRequest,
  ResponseFormat,
  RoutingConstraints,
} from '../domain/completion-request.ts';
import type { NanoUsd } from '../domain/money.ts';
import {
  COMPLEXITIES,
  type Complexity,
  QUALITY_LEVELS,
  type QualityLevel,
  SPECIAL_FLAGS,
  type SpecialFlag,
  TASK_TYPES,
  type TaskType,
} from '../domain/task.ts';
import { collect, oneOf, parseQuality, parseUsd, readJsonObject, severalOf, wholeNumber } from './option-values.ts';
import { readChecks, VERIFY_HELP } from './verify-options.ts';

/** What `ask` and `route` have in common: everything that takes part in the decision. */
export interface RequestOptions {
  readonly task?: TaskType;
  readonly complexity?: Complexity;
  readonly quality?: QualityLevel | number;
  readonly flag?: readonly SpecialFlag[];
  readonly profile?: string;
  readonly model?: string;
  readonly maxCost?: NanoUsd;
  readonly maxTokens?: number;
  readonly system?: string;
  readonly schema?: string;
  readonly verify?: readonly string[];
  readonly verifyFile?: string;
  readonly private?: boolean;
  readonly region?: string;
  readonly project?: string;
  readonly thread?: string;
  readonly tag?: readonly string[];
  readonly nonCritical?: boolean;
}

export function addRequestOptions(command: Command): Command {
  return command
    .addOption(words('--task <task>', 'kind of work; classified from the prompt where not given', TASK_TYPES))
    .addOption(words('--complexity <level>', 'how hard it is; classified where not given', COMPLEXITIES))
    .option('--quality <level>', `${QUALITY_LEVELS.join(', ')}, or the least score from 0 to 100`, parseQuality)
    .addOption(
      new Option('--flag <flag>', 'a demand that the profile routes by (specializedRouting); may be repeated')
        .choices(SPECIAL_FLAGS)
        .argParser(severalOf('flag', SPECIAL_FLAGS)),
    )
    .option('--profile <name>', 'budget, balanced, premium, hybrid or one of your own')
    .option('--model <model>', 'a model, provider/model or alias; else the profile decides')
    .option('--max-cost <usd>', 'the most that this call may cost, all attempts together', parseUsd)
    .option('--max-tokens <n>', 'the most tokens of the answer', wholeNumber('a number of tokens', 1, 10_000_000))
    .option('--system <text>', 'system message')
    .option('--schema <file>', 'JSON Schema that the answer must follow')
    .option('--verify <check>', VERIFY_HELP, (value: string, previous: readonly string[] = []) => [...previous, value])
    .option('--verify-file <file>', 'such checks as JSON: [{"type": "parses", "language": "sql"}]')
    .option('--private', 'only local models may see this request')
    .option('--region <region>', 'only providers in this region, e.g. eu')
    .option('--thread <id>', 'go on with the conversation of this name, or begin it')
    .option('--project <name>', 'who pays, for reports and budgets; the checkout that you stand in where not given')
    .option('--tag <tag>', 'a mark for reports and budgets; may be repeated', collect)
    .option('--non-critical', 'it may wait: paused while a budget that pays for it is critical');
}

/** The request that the options and the prompt mean. Throws `invalid_request` for an unreadable schema file. */
export async function toRequest(
  prompt: string,
  options: RequestOptions,
  how: Pick<CompletionRequest, 'cache' | 'delivery' | 'continuation'>,
  project: string | null,
): Promise<CompletionRequest> {
  const responseFormat = options.schema === undefined ? undefined : await readSchema(options.schema);
  const verify = await readChecks(options);
  return {
    messages: [
      ...(options.system ? [{ role: 'system', content: options.system } as const] : []),
      { role: 'user', content: prompt },
    ],
    ...(responseFormat ? { responseFormat } : {}),
    ...(verify.length > 0 ? { verify } : {}),
    ...(options.maxTokens === undefined ? {} : { maxOutputTokens: options.maxTokens }),
    ...how,
    ...(options.thread === undefined ? {} : { threadId: options.thread }),
    constraints: toConstraints(options),
    attribution: toAttribution(options, project),
  };
}

function toAttribution({ project, tag }: RequestOptions, checkout: string | null): Attribution {
  const payer = project ?? checkout;
  return {
    surface: 'cli',
    client: 'farebox-cli',
    ...(payer === null ? {} : { project: payer }),
    ...(tag === undefined ? {} : { tags: tag }),
  };
}

function toConstraints(options: RequestOptions): RoutingConstraints {
  const { model, profile, task, complexity, maxCost, region, quality, flag } = options;
  return {
    ...(model === undefined ? {} : { model }),
    ...(profile === undefined ? {} : { profile }),
    ...(task === undefined ? {} : { task }),
    ...(complexity === undefined ? {} : { complexity }),
    ...(maxCost === undefined ? {} : { maxCost }),
    ...(region === undefined ? {} : { region }),
    ...(flag === undefined ? {} : { flags: flag }),
    ...(typeof quality === 'string' ? { quality } : {}),
    ...(typeof quality === 'number' ? { qualityThreshold: quality } : {}),
    ...(options.nonCritical ? { nonCritical: true } : {}),
    sensitivity: options.private ? 'private' : 'normal',
  };
}

/** Providers want a name for a schema, of letters, digits, dashes and underscores: its title's, or the file's. */
async function readSchema(file: string): Promise<ResponseFormat> {
  const schema = await readJsonObject(file, 'schema file');
  const title = typeof schema['title'] === 'string' ? schema['title'] : basename(file, extname(file));
  const name = title.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 64);
  return { type: 'json_schema', name: name || 'answer', schema };
}

function words<T extends string>(flags: string, description: string, choices: readonly T[]): Option {
  const what = flags.includes('task') ? 'task' : 'complexity';
  return new Option(flags, description).choices(choices).argParser(oneOf(what, choices));
}
