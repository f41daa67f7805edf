const ESCAPE = String.fromCharCode(27);
const BELL = String.fromCharCode(7);
/** Colours and cursor movements (CSI), titles and links (OSC), and single-character sequences. */
const SEQUENCES = new RegExp(
  `${ESCAPE}(?:\\[[0-9;:?<=>!]*[ -/]*[@-~]|\\][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\)|[@-Z\\\\-_=>])`,
  'g',
);
/** The beginning of a sequence whose rest has not come. */
const UNFINISHED = new RegExp(`${ESCAPE}(?:\\[[0-9;:?<=>!]*[ -/]*|\\][^${BELL}${ESCAPE}]*${ESCAPE}?)?$`);
/** Longer than this, it is no sequence. */
const LONGEST_SEQUENCE = 4_096;

/** Text as a terminal would show it: without escape sequences and control characters. */
export function plainText(text: string): string {
  return text
    .replace(SEQUENCES, '')
    .replace(/\r\n/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '');
}

/** Does the same to text that comes in pieces, split anywhere. */
export function createPlainOutput(): { push(text: string): string; end(): string } {
  let held = '';
  return {
    push(text) {
      const all = held + text;
      const cut = all.endsWith('\r') ? all.length - 1 : (UNFINISHED.exec(all)?.index ?? all.length);
      held = all.length - cut > LONGEST_SEQUENCE ? '' : all.slice(cut);
      return plainText(all.slice(0, all.length - held.length));
    },
    end() {
      const rest = plainText(held);
      held = '';
      return rest;
    },
  };
}
