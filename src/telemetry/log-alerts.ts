import { type AlertNotice, describeNotice } from '../domain/alert.ts';
import type { Log } from './log.ts';

/** Alerts as log lines: what begins is a warning, what ends is worth no more than a remark. */
export function logAlert(log: Log, notice: AlertNotice): void {
  const { event, alert, simulated } = notice;
  const fields = { event: 'alert', kind: alert.kind, subject: alert.subject, level: alert.level, simulated };
  const say = event === 'cleared' ? log.info : log.warn;
  say(describeNotice(notice), fields);
}
