import type { ImagePart, Message, ReasoningPart, TextPart } from '../../../domain/completion-request.ts';
import { toCacheControl } from '../../cache-control.ts';
import { readDataUrl } from '../../data-url.ts';
import type { ProviderCall } from '../../provider.ts';
import { isMarkedSignature } from '../../signature-mark.ts';
import { untranslatable } from '../../untranslatable.ts';
import type { Markable, WireBlock, WireImage, WireText, WireToolResult } from './wire.ts';

type Part = TextPart | ImagePart;

const IMAGE_TYPES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

/**
 * Text and images as blocks. Texts without a visible character are refused by the API and left out; the cache mark of one
 * that is left out moves to the block before it, which ends the same prefix.
 */
export function toBlocks(content: string | readonly Part[], call: ProviderCall): (WireText | WireImage)[] {
  if (typeof content === 'string') return content.trim() === '' ? [] : [{ type: 'text', text: content }];
  const blocks: (WireText | WireImage)[] = [];
  for (const part of content) {
    const last = blocks.at(-1);
    if (part.type === 'image') blocks.push({ ...toImage(part.url, call), ...markOf(part) });
    else if (part.text.trim() !== '') blocks.push({ type: 'text', text: part.text, ...markOf(part) });
    else if (part.cacheControl && last) blocks[blocks.length - 1] = { ...last, ...markOf(part) };
  }
  return blocks;
}

/**
 * Thinking as it must be given back. Without a signature nobody can tell whose it is, and the API refuses it, as it does
 * what another provider signed or encrypted.
 */
export function toThinkingBlocks(reasoning: readonly ReasoningPart[] = []): WireBlock[] {
  return reasoning.flatMap(({ text, signature, redacted }): WireBlock[] => {
    // OpenRouter's come as JSON, with the name of their format; Anthropic's are base64.
    if (redacted !== undefined) return redacted.startsWith('{') ? [] : [{ type: 'redacted_thinking', data: redacted }];
    return signature === undefined || isMarkedSignature(signature)
      ? []
      : [{ type: 'thinking', thinking: text, signature }];
  });
}

/** What a failed tool says where it said nothing: the API wants words of it. */
const FAILED: WireText = { type: 'text', text: '(no message)' };
const IMAGE_BELOW: WireText = { type: 'text', text: '[image: see below]' };

/**
 * A result, and the images that must stand behind it: in that of a tool that failed the API takes text only. It caches no
 * deeper than whole results, so a mark within one ends at its end.
 */
export function toToolResult(
  { content, isError }: Extract<Message, { role: 'tool' }>,
  id: string,
  call: ProviderCall,
): { readonly result: WireToolResult; readonly images: readonly WireImage[] } {
  const marked =
    typeof content === 'string' ? undefined : content.findLast(({ cacheControl }) => cacheControl !== undefined);
  const blocks = toBlocks(content, call).map(({ cache_control: _, ...block }): WireText | WireImage => block);
  const within = isError ? textOnly(blocks) : blocks;
  const isPlain = typeof content === 'string' && blocks.length > 0;
  const result: WireToolResult = {
    type: 'tool_result',
    tool_use_id: id,
    ...(within.length > 0 ? { content: isPlain ? content : within } : {}),
    ...(isError ? { is_error: true } : {}),
    ...(marked ? markOf(marked) : {}),
  };
  return { result, images: isError ? blocks.filter((block) => block.type === 'image') : [] };
}

function textOnly(blocks: readonly (WireText | WireImage)[]): readonly WireText[] {
  return blocks.length === 0 ? [FAILED] : blocks.map((block) => (block.type === 'text' ? block : IMAGE_BELOW));
}

function markOf({ cacheControl }: Part): Markable {
  return cacheControl ? { cache_control: toCacheControl(cacheControl) } : {};
}

function toImage(url: string, call: ProviderCall): WireImage {
  const image = readDataUrl(url, call);
  if (image) {
    const { mediaType, data } = image;
    if (IMAGE_TYPES.has(mediaType)) return { type: 'image', source: { type: 'base64', media_type: mediaType, data } };
    throw untranslatable(
      call,
      `Anthropic takes images of type JPEG, PNG, GIF and WebP, not ${mediaType.slice(0, 60)}; convert the image.`,
    );
  }
  if (/^https:\/\//i.test(url)) return { type: 'image', source: { type: 'url', url } };
  throw untranslatable(call, 'Anthropic takes images as base64 data URLs or from https addresses only.');
}
