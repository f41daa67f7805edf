/**
 * Control characters that a terminal would obey (colours, cursor, window title, clipboard), apart from newline and
 * tab. Models, providers and memories are strangers: what they wrote must not drive the reader's terminal.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/** Foreign text, safe to show on a terminal: control characters become visible marks. */
export function plainText(text: string): string {
  return text.replace(CONTROL, '\u{fffd}');
}

/** Foreign text as one line, for tables and messages. */
export function plainLine(text: string): string {
  return plainText(text).replace(/\s+/g, ' ').trim();
}
