import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SpawnTreeOptions, type SpawnTreeResult, spawnTree } from '../../lib/process-tree.ts';

/** One run of a program, read by one reader at its own pace. */
export interface CommandRun {
  /** What it has printed since the last call; null once nothing more will come. Throws the reason of `stop` at once. */
  read(): Promise<string | null>;
  /** Ends the program and all that it started; whoever reads gets the reason without waiting for that. */
  stop(reason: unknown): void;
  /** How it ended; rejects where it could not be started, or was stopped. */
  readonly result: Promise<SpawnTreeResult>;
  /** Resolves when nothing of it runs any more and its folder is gone. Never rejects. */
  readonly over: Promise<void>;
}

export interface CommandRunOptions extends Pick<SpawnTreeOptions, 'env' | 'maxOutputBytes' | 'timeoutMs'> {
  readonly argv: readonly string[];
  /** null: an empty folder that nobody else may look into, removed afterwards. */
  readonly cwd: string | null;
  readonly stdin: string;
}

export function startCommand(options: CommandRunOptions): CommandRun {
  const controller = new AbortController();
  const pieces: string[] = [];
  let ended = false;
  let wake: (() => void) | undefined;
  const notify = () => {
    wake?.();
    wake = undefined;
  };
  const run = async (): Promise<SpawnTreeResult> => {
    if (options.cwd !== null) await refuseMissing(options.cwd);
    const folder = options.cwd === null ? await mkdtemp(join(tmpdir(), 'farebox-command-')) : null;
    try {
      return await spawnTree(options.argv, {
        cwd: folder ?? options.cwd ?? '.',
        env: options.env,
        stdin: options.stdin,
        timeoutMs: options.timeoutMs,
        maxOutputBytes: options.maxOutputBytes,
        signal: controller.signal,
        onStdout: (piece) => {
          pieces.push(piece);
          notify();
        },
      });
    } finally {
      // What cannot be removed lies among the system's temporary files, which is where it may lie.
      if (folder !== null) await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
    }
  };
  const result = run().finally(() => {
    ended = true;
    notify();
  });
  const over = result.then(
    () => {},
    () => {},
  );
  return {
    result,
    over,
    async read() {
      for (;;) {
        controller.signal.throwIfAborted();
        if (pieces.length > 0) return pieces.splice(0).join('');
        if (ended) return null;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    stop(reason) {
      controller.abort(reason);
      notify();
    },
  };
}

/** The system says of a missing folder what it says of a missing program. */
async function refuseMissing(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) throw new Error(`there is no folder ${folder} to run it in (cwd)`);
}
