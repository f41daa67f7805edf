import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { substituteText, substituteVariables } from '../../src/config/substitute-variables.ts';

const env = { A: 'alpha', EMPTY: '', TRICK: `\${A}` };

describe('variables in texts', () => {
  it.each([
    [`\${A}`, 'alpha'],
    [`x-\${A}-\${A}-y`, 'x-alpha-alpha-y'],
    [`\${EMPTY}`, ''],
    [`\${EMPTY:-d}`, 'd'],
    [`\${NONE:-d}`, 'd'],
    [`\${NONE:-}`, ''],
    [`\${NONE:-a:-b}`, 'a:-b'],
    [`\${NONE:-\${A}}`, 'alpha'],
    [`\${NONE:-\${NOPE:-deep}}!`, 'deep!'],
    [`\${A:-d}`, 'alpha'],
    [`$\${A}`, `\${A}`],
    [`\${TRICK}`, `\${A}`],
    ['$A {A} $', '$A {A} $'],
  ])('%s becomes %s (CFG-03)', (source, expected) => {
    expect(substituteText(source, env)).toMatchObject({ text: expected, problems: [] });
  });

  it.each([
    [`\${NONE}`, /NONE is not set/],
    [`\${NONE:-\${NOPE}}`, /NOPE is not set/],
    [`\${A`, /never closed/],
    [`\${}`, /does not name a variable/],
    [`\${A B}`, /does not name a variable/],
    [`\${1A}`, /does not name a variable/],
  ])('%s is a problem (CFG-03)', (source, message) => {
    expect(substituteText(source, env).problems).toEqual([expect.stringMatching(message)]);
  });

  it('leaves every text without a placeholder as it is', () => {
    const plain = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('${'));
    fc.assert(fc.property(plain, (text) => substituteText(text, env).text === text));
  });

  it('puts any value in verbatim and never reads it again, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, value) => {
        const prefix = before.replaceAll('$', '');
        const { text, problems } = substituteText(`${prefix}\${V}`, { V: value });
        expect([text, problems]).toEqual([prefix + value, []]);
      }),
    );
  });

  it('never throws and never tells a value, whatever the text', () => {
    const pieces = fc.array(fc.constantFrom('$', '{', '}', '${', ':-', 'SECRET', 'NONE', '$${', ' '), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(pieces, (parts) => {
        const { problems } = substituteText(parts.join(''), { SECRET: 'hunter2' });
        expect(problems.join('\n')).not.toContain('hunter2');
      }),
    );
  });

  it('walks objects and lists, leaves keys and other values alone, and says where variables were used', () => {
    const source = { [`\${A}`]: 1, list: [true, `\${A}`, null], deep: { x: `\${NONE}` } };
    const result = substituteVariables(source, env);
    expect(result.value).toEqual({ [`\${A}`]: 1, list: [true, 'alpha', null], deep: { x: '' } });
    expect(result.variables.get('list[1]')).toEqual(['A']);
    expect(result.problems.map(({ path }) => path)).toEqual([['deep', 'x']]);
  });
});
