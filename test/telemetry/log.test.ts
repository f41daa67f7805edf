import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/telemetry/log.ts';

function logged(level: 'info' | 'silent', secrets: readonly string[] = []) {
  const lines: string[] = [];
  return { lines, log: createLog({ level, secrets, write: (line) => lines.push(line) }) };
}

describe('the log', () => {
  it('writes one JSON line with level, time, message and fields (MON-04)', () => {
    const { lines, log } = logged('info');
    log.warn('budget is low', { left: 5 });
    log.debug('not shown');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', msg: 'budget is low', left: 5 });
  });

  it('never writes a secret (SEC-01)', () => {
    const { lines, log } = logged('info', ['canary-secret']);
    log.error('refused canary-secret', { header: 'Bearer abcdefghijklmnop', error: new Error('canary-secret') });
    expect(lines.join('')).not.toMatch(/canary-secret|abcdefghijklmnop/);
  });

  it('is silent when told so', () => {
    const { lines, log } = logged('silent');
    log.error('nothing');
    expect(lines).toEqual([]);
  });
});
