import { type Message, textOf } from '../domain/completion-request.ts';

/** Messages as text that a model can read about. Each begins with its role on a line of its own, in brackets. */
export function renderTranscript(messages: readonly Message[]): string {
  return messages.map(renderMessage).join('\n');
}

function renderMessage(message: Message): string {
  const text = textOf(message.content);
  // A result follows its call without a mark between them, so that the two are not easily parted.
  if (message.role === 'tool') return `(result) ${text}`;
  const calls =
    message.role === 'assistant'
      ? (message.toolCalls ?? []).map(({ name, arguments: args }) => `(calls ${name} ${args})`)
      : [];
  return [`[${message.role}]`, ...(text === '' ? [] : [text]), ...calls].join('\n');
}
