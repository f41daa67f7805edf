import {
  LOG_LEVEL_META_KEY,
  type LoggingLevel,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { AlertNotice } from '../domain/alert.ts';
import { maskSecrets } from '../lib/mask-secrets.ts';
import { noticeMessage } from '../pipeline/alerts/alert-message.ts';
import type { AlertFeed } from '../telemetry/alert-feed.ts';
import type { Log } from '../telemetry/log.ts';

/**
 * The alerts that a client is still to be told. A client of the legacy era on stdio is told at once; all others can
 * only be told while one of their requests is open, and those of the modern era only where the request asks for log messages.
 */
export interface AlertMailbox {
  /** From now on alerts go to the client at once, those that wait first. */
  pushTo(server: McpServer): void;
  /** Tells what waits, by the way of a request that is still open. */
  tell(server: McpServer, context: ServerContext): Promise<void>;
  close(): void;
}

/** Of more than so many that nobody fetches, the oldest are dropped; the log and `farebox alerts` have them all. */
const MOST_WAITING = 50;
const LOGGER = 'farebox';

export function openAlertMailbox(feed: AlertFeed, log: Log): AlertMailbox {
  let waiting: AlertNotice[] = [];
  let push: ((notice: AlertNotice) => void) | null = null;
  // A client that is gone misses a message, and no more.
  const missed = (error: unknown) => log.debug('an alert could not be sent to the client', { error: String(error) });
  const forget = feed.subscribe((notice) => {
    if (push) push(notice);
    else waiting = [...waiting, notice].slice(-MOST_WAITING);
  });

  return {
    pushTo(server) {
      push = (notice) => {
        const message = { level: levelOf(notice), logger: LOGGER, data: dataOf(notice) };
        server.server.sendLoggingMessage(message).catch(missed);
      };
      for (const notice of waiting.splice(0)) push(notice);
    },
    async tell(server, context) {
      if (waiting.length === 0 || !wantsMessages(server, context)) return;
      for (const notice of waiting.splice(0)) {
        await context.mcpReq.log(levelOf(notice), dataOf(notice), LOGGER).catch(missed);
      }
    },
    close: forget,
  };
}

/** A legacy client has said what it wants once and for all, which the SDK knows; a modern one says so with each request. */
function wantsMessages(server: McpServer, { mcpReq: { envelope } }: ServerContext): boolean {
  if (envelope === undefined) return server.server.getCapabilities().logging !== undefined;
  return (envelope as Readonly<Record<string, unknown>>)[LOG_LEVEL_META_KEY] !== undefined;
}

function levelOf({ event, alert }: AlertNotice): LoggingLevel {
  if (event === 'cleared') return 'notice';
  switch (alert.level) {
    case 'warning':
      return 'warning';
    case 'critical':
      return 'critical';
    case 'exhausted':
      return 'alert';
  }
}

function dataOf(notice: AlertNotice): unknown {
  return JSON.parse(maskSecrets(JSON.stringify(noticeMessage(notice))));
}
