import { readDataUrl } from '../../data-url.ts';
import type { ProviderCall } from '../../provider.ts';
import { untranslatable } from '../../untranslatable.ts';
import type { GeminiPart } from './wire.ts';

const MIME_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heif',
  gif: 'image/gif',
};

/** An image as a part. Throws `untranslatable` for a broken one, and for an address that the API cannot fetch. */
export function toGeminiImage(url: string, call: ProviderCall): GeminiPart {
  const image = readDataUrl(url, call);
  if (image) return { inlineData: { mimeType: image.mediaType, data: image.data } };
  if (!/^(https|gs):\/\//i.test(url)) {
    throw untranslatable(call, 'Gemini takes images as data URLs or from https and gs addresses only.');
  }
  const mimeType = mimeTypeOf(url);
  return { fileData: { fileUri: url, ...(mimeType === undefined ? {} : { mimeType }) } };
}

/** By the ending of the address; undefined where it tells nothing, and the API finds out. */
function mimeTypeOf(url: string): string | undefined {
  const ending = /\.([a-z]+)(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(MIME_TYPES, ending) ? MIME_TYPES[ending] : undefined;
}
