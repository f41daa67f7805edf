import type { Readable } from 'node:stream';
import { FareboxError } from '../domain/errors.ts';
import type { CliContext } from './context.ts';

/** How long words wait for company from a pipe that says nothing: some programs leave ours open and never write. */
const FIRST_BYTE_MS = 3000;

/** What is read, for messages: how people call it, and a command line that gives it. */
export interface Asked {
  readonly what: string;
  readonly example: string;
}

/**
 * The prompt, or what else a command is given: the words of the command line, or standard input where there are none or where a word is `-`. With both,
 * what is piped in follows the words as their material. Throws `invalid_request` where nothing comes.
 */
export async function readPrompt(
  context: CliContext,
  words: readonly string[],
  asked: Asked = { what: 'prompt', example: 'farebox ask "why is the sky blue"' },
): Promise<string> {
  const { deps } = context;
  const spoken = words.filter((word) => word !== '-').join(' ');
  const demanded = words.includes('-') || spoken.trim() === '';
  if (demanded && deps.terminal.stdin && spoken.trim() === '' && !words.includes('-')) throw nothingGiven(asked);
  if (!demanded && deps.terminal.stdin) return spoken;

  const piped = await readInput(context, demanded);
  const prompt = [spoken, piped].filter((part) => part.trim() !== '').join('\n\n');
  if (prompt === '') throw nothingGiven(asked);
  return prompt;
}

async function readInput(context: CliContext, demanded: boolean): Promise<string> {
  const { deps, stderr } = context;
  const patience = new AbortController();
  const bytes = readAll(deps.stdin, () => patience.abort());
  if (!demanded) {
    const nothingCame = await Promise.race([
      deps.clock.sleep(FIRST_BYTE_MS, patience.signal).then(
        () => true,
        () => false,
      ),
      bytes.then(() => false),
    ]);
    patience.abort();
    if (nothingCame) {
      deps.stdin.destroy();
      await stderr.line(
        `${stderr.colours.yellow('note')} nothing came on standard input within ${FIRST_BYTE_MS / 1000} s; asked without it (a - among the words waits for it)`,
      );
      return '';
    }
  }
  const text = new TextDecoder('utf-8').decode(await bytes);
  const broken = text.split('\u{fffd}').length - 1;
  if (broken > 0) {
    await stderr.line(
      `${stderr.colours.yellow('note')} standard input is not clean UTF-8: ${broken} places were replaced by \u{fffd}`,
    );
  }
  return text.replace(/\s+$/, '');
}

/** Everything that a stream gives until its end. A stream that is destroyed meanwhile gives what had come. */
function readAll(stream: Readable, onFirst: () => void): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const finish = () => resolve(Buffer.concat(chunks));
    stream.on('data', (chunk: Buffer | string) => {
      if (chunks.length === 0) onFirst();
      chunks.push(Buffer.from(chunk));
    });
    stream.once('end', finish);
    stream.once('close', finish);
    stream.once('error', reject);
  });
}

function nothingGiven({ what, example }: Asked): FareboxError {
  return new FareboxError('invalid_request', `The ${what} is empty.`, {
    remedy: `Write it after the command, as in ${example}, or pipe it in.`,
  });
}
