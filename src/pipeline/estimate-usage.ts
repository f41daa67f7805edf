import type { CompletionRequest, Message } from '../domain/completion-request.ts';
import type { Deployment } from '../domain/deployment.ts';
import { normalizeUsage, type TokenUsage } from '../domain/usage.ts';
import { textTokens } from '../routing/token-bounds.ts';
import type { AttemptClosing } from '../spend/ledger.ts';
import { imageTokens } from '../tokens/image-tokens.ts';
import type { TokenCounter } from '../tokens/token-counter.ts';
import type { Answer } from './answer.ts';
import type { PipelineDeps } from './pipeline-deps.ts';

/** An attempt as far as its tokens can be estimated. */
export interface UntoldUsage {
  readonly deployment: Pick<Deployment, 'provider' | 'model' | 'upstreamModel'>;
  readonly request: CompletionRequest;
  /** Estimated tokens of the request. */
  readonly inputTokens: number;
  readonly answer: Pick<Answer, 'text' | 'reasoning' | 'toolCalls'>;
}

/** What stands around a message, and around all of them, in the chat template of OpenAI's models. */
const MESSAGE_OVERHEAD = 4;
const REQUEST_OVERHEAD = 3;

/**
 * Usage of an attempt from what was sent and received: counted where the model's tokenizer is known and loaded, else
 * estimated by the characters and corrected by what was learned of the model.
 */
export function estimateUsage(tokens: TokenCounter, untold: UntoldUsage): TokenUsage {
  const { deployment, request, inputTokens, answer } = untold;
  const model = deployment.upstreamModel;
  const input = tokens.count(model, textsOf(request));
  const output = tokens.count(model, answerTexts(answer));
  return normalizeUsage({
    inputTokens: input === null ? tokens.correct(model, 'input', inputTokens) : input + aroundTexts(model, request),
    outputTokens: output ?? tokens.correct(model, 'output', estimatedOutput(answer)),
  });
}

/** The provider worked, and has not told what it used. */
export function isUntold({ accepted, usage }: Pick<Answer, 'accepted' | 'usage'>): boolean {
  return accepted && usage === null;
}

/** Of a closed attempt: reported usage corrects later estimates; where it contradicts itself, somebody must know. */
export function noteUsage(
  { tokens, log }: Pick<PipelineDeps, 'tokens' | 'log'>,
  told: UntoldUsage,
  { result, usage, cost }: Pick<AttemptClosing, 'result' | 'usage' | 'cost'>,
): void {
  if (usage?.faults) {
    const { provider, model } = told.deployment;
    log.warn(`${provider}/${model} reported usage that contradicts itself: ${usage.faults.join(', ')}; it was clipped`);
  } else if (usage && result === 'answered' && cost.source !== 'estimated') learnUsage(tokens, told, usage);
}

/**
 * Corrects later estimates by what a provider reported of a whole answer. What was read from its cache is in the figure;
 * a prompt with images says nothing of text.
 */
export function learnUsage(tokens: TokenCounter, told: UntoldUsage, usage: TokenUsage): void {
  const { deployment, request, inputTokens, answer } = told;
  const model = deployment.upstreamModel;
  if (!hasImages(request)) tokens.learn(model, 'input', inputTokens, usage.inputTokens);
  // Thinking that is not shown would make every character of the answer look dear.
  const shown = usage.outputTokens - (answer.reasoning === '' ? usage.reasoningTokens : 0);
  tokens.learn(model, 'output', estimatedOutput(answer), shown);
}

function estimatedOutput(answer: UntoldUsage['answer']): number {
  return Math.ceil(answerTexts(answer).reduce((sum, text) => sum + textTokens(text), 0));
}

function answerTexts({ text, reasoning, toolCalls }: UntoldUsage['answer']): readonly string[] {
  const calls = toolCalls.flatMap((call) => (call ? [call.name, call.arguments] : []));
  return [text, reasoning, ...calls].filter((each) => each !== '');
}

/** All that a request says, tools and schema as the JSON that they travel in. */
function textsOf(request: CompletionRequest): readonly string[] {
  const { messages, tools, responseFormat } = request;
  return [
    ...messages.flatMap(messageTexts),
    ...(tools?.length ? [JSON.stringify(tools)] : []),
    ...(responseFormat?.type === 'json_schema' ? [JSON.stringify(responseFormat)] : []),
  ];
}

function messageTexts(message: Message): readonly string[] {
  const { content } = message;
  const said = typeof content === 'string' ? [content] : (content ?? []).flatMap(textOf);
  if (message.role !== 'assistant') return said;
  return [...said, ...(message.toolCalls ?? []).flatMap((call) => [call.name, call.arguments])];
}

type Part = Exclude<Message['content'], string | null>[number];

function textOf(part: Part): readonly string[] {
  return part.type === 'text' ? [part.text] : [];
}

function aroundTexts(model: string, { messages }: CompletionRequest): number {
  const images = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : (content ?? [])));
  return images.reduce(
    (sum, part) => sum + (part.type === 'image' ? imageTokens(model, part) : 0),
    REQUEST_OVERHEAD + MESSAGE_OVERHEAD * messages.length,
  );
}

function hasImages({ messages }: CompletionRequest): boolean {
  return messages.some(({ content }) => typeof content !== 'string' && content?.some(({ type }) => type === 'image'));
}
