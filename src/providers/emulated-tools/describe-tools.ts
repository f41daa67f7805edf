import type { CompletionRequest, ToolDefinition } from '../../domain/completion-request.ts';
import { formatInWords } from '../format-in-words.ts';

/**
 * The tools and how to call them, as instructions for a model that knows none of it. About as long as the definitions
 * themselves, so that the bound on the prompt's tokens holds.
 */
export function describeTools(request: CompletionRequest, offered: readonly ToolDefinition[]): string {
  const single = request.parallelToolCalls === false;
  const format = request.responseFormat;
  return [
    'You can call these tools, one definition a line:',
    ...offered.map(({ name, description, parameters }) => JSON.stringify({ name, description, parameters })),
    'To call a tool, write this JSON and nothing behind it:',
    '{"tool_calls":[{"name":"<name of the tool>","arguments":{<its arguments, as its parameters demand>}}]}',
    single ? 'Call one tool at a time.' : 'Several calls may stand in the list where none needs the result of another.',
    'The results come in the next message. Never make up a result.',
    demandOf(request.toolChoice),
    format ? `When no tool is needed any more: ${formatInWords(format)}` : '',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function demandOf(choice: CompletionRequest['toolChoice']): string {
  if (choice === 'required') return 'You must call a tool now.';
  if (typeof choice === 'object') return `You must call ${choice.name} now.`;
  return 'Where no tool is needed, answer in plain words, without that JSON.';
}
