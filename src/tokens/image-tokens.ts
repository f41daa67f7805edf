import { Buffer } from 'node:buffer';
import type { ImagePart } from '../domain/completion-request.ts';
import { type ImageSize, readImageSize } from './image-size.ts';

/** What an image is expected to take where its size is not known: between the tiles of OpenAI and the pixels of Anthropic. */
export const UNKNOWN_IMAGE_TOKENS = 1_200;
const LOW_DETAIL = 85;
const TILE = 170;
const TILE_PIXELS = 512;
const LONGEST_SIDE = 2_048;
const SHORTEST_SIDE = 768;
const PIXELS_PER_TOKEN = 750;
const ANTHROPIC_MOST = 1_600;
const GEMINI_TILE = 258;
const GEMINI_SMALL = 384;
const GEMINI_TILE_PIXELS = 768;
/** Base64 of enough of a file to find its size in. */
const HEAD_CHARACTERS = 64 * 1024;

/** The input tokens of an image by its maker's published rule: tiles at OpenAI and Gemini, pixels at Anthropic. */
export function imageTokens(model: string, { url, detail }: ImagePart): number {
  const name = model.toLowerCase();
  const size = sizeOf(url);
  if (/claude|anthropic/.test(name)) {
    return size
      ? Math.min(ANTHROPIC_MOST, Math.ceil((size.width * size.height) / PIXELS_PER_TOKEN))
      : UNKNOWN_IMAGE_TOKENS;
  }
  if (/gemini/.test(name)) return size ? geminiTokens(size) : GEMINI_TILE;
  if (detail === 'low') return LOW_DETAIL;
  return size ? openAiTokens(size) : UNKNOWN_IMAGE_TOKENS;
}

/** Scaled into a square of 2,048, then to 768 on the shorter side, and cut into tiles of 512. */
function openAiTokens({ width, height }: ImageSize): number {
  const fit = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const scale = fit * Math.min(1, SHORTEST_SIDE / (Math.min(width, height) * fit));
  const tiles = Math.ceil((width * scale) / TILE_PIXELS) * Math.ceil((height * scale) / TILE_PIXELS);
  return LOW_DETAIL + TILE * tiles;
}

function geminiTokens({ width, height }: ImageSize): number {
  if (Math.max(width, height) <= GEMINI_SMALL) return GEMINI_TILE;
  return GEMINI_TILE * Math.ceil(width / GEMINI_TILE_PIXELS) * Math.ceil(height / GEMINI_TILE_PIXELS);
}

/** Of an image that comes with the request; one behind a link would have to be fetched. */
function sizeOf(url: string): ImageSize | null {
  const comma = url.indexOf(',');
  if (!/^data:image\/[a-z+.-]+;base64$/i.test(url.slice(0, Math.max(0, comma)))) return null;
  return readImageSize(Buffer.from(url.slice(comma + 1, comma + 1 + HEAD_CHARACTERS), 'base64'));
}
