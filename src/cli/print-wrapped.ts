import type { Printer } from './printer.ts';
import { wrapWords } from './table.ts';

/**
 * Prints a text in lines of the terminal's width, each painted. Where there is no terminal it stays one line, so that
 * a pipe can search it.
 */
export async function printWrapped(
  printer: Printer,
  text: string,
  paint: (line: string) => string = (line) => line,
): Promise<void> {
  const lines = printer.isTerminal ? wrapWords(text, printer.width) : [text];
  for (const line of lines) await printer.line(paint(line));
}
