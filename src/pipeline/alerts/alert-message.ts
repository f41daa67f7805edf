import { type AlertNotice, describeNotice, type OpenAlert, type PastAlert } from '../../domain/alert.ts';
import { isoTime } from '../../lib/clock.ts';

/** An alert as commands, pages and MCP clients see it. */
export interface AlertView {
  readonly kind: string;
  readonly subject: string;
  readonly level: string;
  readonly message: string;
  readonly raised_at: string;
}

export function describeAlert({ kind, subject, level, message, raisedAt }: OpenAlert): AlertView {
  return { kind, subject, level, message, raised_at: isoTime(raisedAt) };
}

export function describePastAlert(alert: PastAlert): AlertView & { readonly cleared_at: string | null } {
  return { ...describeAlert(alert), cleared_at: alert.clearedAt === null ? null : isoTime(alert.clearedAt) };
}

/**
 * A notice as webhooks and MCP clients get it. The same alert has the same `id` for as long as it stands, so that a
 * receiver can tell a repetition; `text` is what chat services show.
 */
export function noticeMessage(notice: AlertNotice) {
  const { event, alert, simulated, at } = notice;
  const { kind, subject, period, level } = alert;
  return {
    id: `${simulated ? 'sandbox:' : ''}${kind}:${subject}:${period}:${level}`,
    event: `alert.${event}`,
    ...describeAlert(alert),
    simulated,
    at: isoTime(at),
    text: `farebox: ${describeNotice(notice)}`,
  };
}
