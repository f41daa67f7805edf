import { describe, expect, it } from 'vitest';
import { sparkline } from '../../src/cli/report-details.ts';
import { escapeHtml, reportHtml } from '../../src/cli/report-html.ts';
import { fromUsd, nano } from '../../src/domain/money.ts';
import { createFakeEngine } from '../support/fake-engine.ts';

describe('a report as a page', () => {
  it('is complete in itself, and no name of a user becomes markup', async () => {
    const report = await createFakeEngine().reports.report({ since: 0, until: 1, groupBy: 'model', simulated: false });
    const evil = '<script>alert(1)</script>"&\'';
    const daily = [1, 2, 3].map((n) => ({ day: `2026-11-0${n}`, calls: n, cost: fromUsd(n) }));
    const groups = report.groups.map((line) => ({ ...line, group: evil }));
    const page = reportHtml({ ...report, groups, daily });
    expect(page).toContain(escapeHtml(evil));
    expect(page).not.toMatch(/<script|https?:\/\/|src=|href=/);
    expect(page.match(/<svg/g)).toHaveLength(2);
    expect(page).toContain('<title>2026-11-03: $3.00, 3 calls</title>');
    expect(page).toMatch(/^<!doctype html>/);
  });
});

describe('spending by day in a terminal', () => {
  it('is a bar a day, nothing for nothing, and several days together where there is little room', () => {
    expect(sparkline([0, 1, 4, 8].map(nano), 10)).toBe(' ▂▅█');
    expect(sparkline([2, 2, 4, 4].map(nano), 2)).toBe('▅█');
  });
});
