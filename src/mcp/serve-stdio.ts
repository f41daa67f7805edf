import type { Readable, Writable } from 'node:stream';
import { StdioServerTransport, serveStdio as serveTransport } from '@modelcontextprotocol/server/stdio';
import { openAlertMailbox } from './alert-mailbox.ts';
import { createMcpServerFactory } from './create-mcp-server.ts';
import { createInFlight } from './in-flight.ts';
import { type LostLine, limitLines, requestIdOf } from './limit-lines.ts';
import type { ToolDeps } from './tool.ts';

export interface StdioOptions extends ToolDeps {
  readonly version: string;
  readonly input: Readable;
  /** Carries protocol only; nothing else may write to it. */
  readonly output: Writable;
  /** Ends the connection from our side, e.g. on SIGTERM. */
  readonly signal?: AbortSignal;
  /** The largest message; 64 MB where absent. */
  readonly maxMessageBytes?: number;
}

const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/**
 * Speaks MCP over a pair of streams, in the era that the client opens with. Resolves when the connection is closed
 * (the client closed our input, or `signal` was aborted) and every call that was running has been aborted and booked.
 */
export async function serveStdio(options: StdioOptions): Promise<void> {
  const { input, output, signal, log, maxMessageBytes = MAX_MESSAGE_BYTES } = options;
  const inFlight = createInFlight();
  const lines = limitLines(maxMessageBytes, (line) => refuseLine(output, line, maxMessageBytes));
  // `pipe` does not carry errors on; a broken input ends like a closed one.
  input.once('error', (error) => {
    log.warn('stdin broke', { error: String(error) });
    lines.end();
  });
  const transport = new StdioServerTransport(input.pipe(lines), output, { maxBufferSize: maxMessageBytes + 1 });
  const mailbox = options.alerts && openAlertMailbox(options.alerts, log);
  const factory = createMcpServerFactory({ ...options, inFlight, ...(mailbox && { mailbox }) });
  const connection = serveTransport(factory, {
    transport,
    onerror: (error) => log.warn('MCP over stdio', { error: error.message }),
  });
  await new Promise<void>((resolve) => {
    const closeServer = transport.onclose;
    transport.onclose = () => {
      closeServer?.();
      resolve();
    };
    const close = () => void connection.close();
    if (signal?.aborted) close();
    else signal?.addEventListener('abort', close, { once: true });
  });
  mailbox?.close();
  inFlight.abort(new Error('The client closed the connection.'));
  await inFlight.settled();
}

/** A message that we do not read is answered all the same, so that the client does not wait for it. */
function refuseLine(output: Writable, line: LostLine, maxBytes: number): void {
  const message = `The message has ${line.bytes} bytes; farebox reads at most ${maxBytes}. Nothing was sent or spent: shorten the prompt.`;
  output.write(`${JSON.stringify({ jsonrpc: '2.0', id: requestIdOf(line), error: { code: -32600, message } })}\n`);
}
