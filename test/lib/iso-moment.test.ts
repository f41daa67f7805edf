import { describe, expect, it } from 'vitest';
import { isoMoment } from '../../src/lib/iso-moment.ts';

describe('a moment in ISO 8601', () => {
  it.each([
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2026-11-01T12:00', '2026-11-01T12:00:00.000Z'],
    ['2026-11-01 12:00', '2026-11-01T12:00:00.000Z'],
    ['2026-11-01T12:00:30.5z', '2026-11-01T12:00:30.500Z'],
    ['2026-11-01T00:30+01:00', '2026-10-31T23:30:00.000Z'],
    ['2026-11-01T00:30+0100', '2026-10-31T23:30:00.000Z'],
  ])('%s is %s', (text, iso) => expect(new Date(isoMoment(text) ?? Number.NaN).toISOString()).toBe(iso));

  it.each(['2025-02-29', '2026-11-31', '2026-13-01', '2026-00-10', '2026-11-01T25:00', '2026-11-01T', '1st', '', '0'])(
    '%j is none',
    (text) => expect(isoMoment(text)).toBeNull(),
  );
});
