/**
 * The content of a code fence that is the whole of a text; any other text as it is. Models without a JSON mode like to
 * wrap the JSON that was demanded in one.
 */
export function withoutFence(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('```') || !trimmed.endsWith('```')) return text;
  const [opening = '', ...rest] = trimmed.split('\n');
  const closing = rest.pop()?.trimEnd();
  const fence = /^`{3,}/.exec(opening)?.[0] ?? '';
  const isFence = closing === fence && !opening.slice(fence.length).includes('`');
  // A second fence inside means several blocks, not one.
  return isFence && !rest.some((line) => line.startsWith(fence)) ? rest.join('\n') : text;
}
