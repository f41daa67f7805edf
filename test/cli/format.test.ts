import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { age, bar, contextSize, duration, percent, tokens } from '../../src/cli/format.ts';
import { parseUsd } from '../../src/cli/option-values.ts';
import { plainLine, plainText } from '../../src/cli/plain-text.ts';
import { createPrinter } from '../../src/cli/printer.ts';
import { renderTable } from '../../src/cli/table.ts';
import { type NanoUsd, toUsdString } from '../../src/domain/money.ts';
import { createSink } from '../support/run-cli.ts';

describe('figures for reading', () => {
  it.each([
    [tokens, 9999, '9,999'],
    [tokens, 10_000, '10k'],
    [tokens, 999_949, '999.9k'],
    [tokens, 999_950, '1M'],
    [tokens, 12_345_678, '12.35M'],
    [contextSize, 131_072, '131k'],
    [contextSize, 1_048_576, '1M'],
    [percent, 0, '0%'],
    [percent, 0.0001, '<1%'],
    [percent, 1, '100%'],
    [duration, 0.4, '0 ms'],
    [duration, 3400, '3.4 s'],
    [duration, 125_000, '2 min 5 s'],
    [age, 59, 'just now'],
    [age, 7200, '2 h'],
  ])('%o %d is %s', (format, value, text) => {
    expect(format(value)).toBe(text);
  });

  it('draws bars of a constant width, and never nothing for something', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 2, noNaN: true }), fc.integer({ min: 1, max: 40 }), (share, cells) => {
        const drawn = bar(share, cells);
        expect([...drawn]).toHaveLength(cells);
        expect(drawn.trim() === '').toBe(share === 0);
      }),
    );
  });

  it('reads every amount that it writes, to the nano-dollar', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000_000_000_000 }), (amount) => {
        expect(parseUsd(toUsdString(amount as NanoUsd))).toBe(amount);
        expect(parseUsd(`$${toUsdString(amount as NanoUsd)}`)).toBe(amount);
      }),
    );
  });
});

describe('foreign text', () => {
  it('loses everything that a terminal would obey, and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is tested.
        expect(plainText(text)).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/);
        expect(plainLine(text)).not.toMatch(/[\n\r\t]/);
      }),
    );
    expect(plainText('Grüße,\t世界 🙂\r\n')).toBe('Grüße,\t世界 🙂\r\n');
    expect(plainText('overwrite\rme')).toBe('overwrite\u{fffd}me');
  });
});

describe('a table', () => {
  it('is never wider than the terminal while its flexible column can give way, and loses no letter', () => {
    const cell = fc.stringMatching(/^[a-z/:.-]{1,90}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, fc.stringMatching(/^[a-z]{1,8}$/)), { minLength: 1 }), (rows) => {
        const printer = createPrinter(createSink(), true, {
          stdin: true,
          stdout: true,
          stderr: true,
          columns: 60,
          colours: false,
        });
        const text = renderTable(
          [
            { head: 'name', flexible: true },
            { head: 'more', align: 'right' },
          ],
          rows,
          printer,
        );
        for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
        const letters = (from: string) => [...from.replace(/\s/g, '')].sort().join('');
        expect(letters(text)).toBe(letters(`name more ${rows.flat().join(' ')}`));
      }),
    );
  });
});
