import { describe, expect, it } from 'vitest';
import { divideRequest } from '../../src/context/divide-request.ts';
import { ask } from '../support/open-test-engine.ts';

const BOOK = 'The river rose that year, and the mill stood still for weeks.\n\n'.repeat(400);

describe('dividing a request', () => {
  it.each([
    ['Summarize the following text.', ''],
    ['', 'Which people does the text name?'],
    ['Please extract all dates.', ''],
    ['', 'Give me the key points.'],
    ['You read a report below.', 'Based on it, list every place.'],
    ['', 'Fasse den Text zusammen.'],
    ['', 'Where does the mill stand?'],
  ])('takes what can be answered from notes: %s … %s', (before, after) => {
    const divided = divideRequest(ask([before, BOOK, after].filter(Boolean).join('\n\n')), 'general');
    expect(divided?.material).toContain('The river rose');
    expect(`${divided?.before} ${divided?.after}`).toContain(before || after);
  });

  it.each([
    'Translate the following text into French.',
    'Rewrite this in the style of a fairy tale:',
    'Refactor the code below.',
    'Repeat the text word for word.',
    'Proofread this.',
  ])('refuses what works over the whole text: %s', (what) => {
    expect(divideRequest(ask(`${what}\n\n${BOOK}`), 'general')).toBeNull();
    expect(divideRequest(ask(`${what}\n\n${BOOK}`), 'analysis')).toBeNull();
  });

  it('refuses tools and images', () => {
    const tools = [{ name: 'f', parameters: {} }];
    expect(divideRequest(ask(`Summarize:\n\n${BOOK}`, { tools }), 'general')).toBeNull();
    const image = { role: 'user', content: [{ type: 'image', url: 'https://example.org/a.png' }] } as const;
    expect(
      divideRequest(ask('', { messages: [image, { role: 'user', content: 'Describe it.' }] }), 'general'),
    ).toBeNull();
  });

  it('takes a short last message as the question, and the conversation before it as the text', () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: BOOK },
      { role: 'assistant', content: 'Noted.' },
      { role: 'user', content: 'Who owns the mill?' },
    ] as const;
    const divided = divideRequest(ask('', { messages }), 'general');
    expect(divided).toMatchObject({ before: '', after: 'Who owns the mill?', system: [messages[0]] });
    expect(divided?.material).toBe(`[user]\n${BOOK}\n[assistant]\nNoted.`);
  });
});
