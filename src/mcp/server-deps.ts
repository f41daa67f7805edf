import type { AlertMailbox } from './alert-mailbox.ts';
import type { InFlight } from './in-flight.ts';
import type { ToolDeps } from './tool.ts';

/** What a server is made of, apart from its tools. */
export interface McpServerDeps extends ToolDeps {
  readonly version: string;
  /** Where the running calls are counted, so that closing waits for them. */
  readonly inFlight: InFlight;
  /** Of the one client of this process; absent: each request has its own. */
  readonly mailbox?: AlertMailbox;
}
