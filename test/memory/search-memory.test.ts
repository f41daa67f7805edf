import { describe, expect, it } from 'vitest';
import { openMemory } from './open-memory.ts';

const DAY = 86_400_000;

describe('searching by words', () => {
  it('finds any of the words, without stop words, stemmed, and says which matched (MEM-01)', async () => {
    const { memory, store } = await openMemory();
    store('The billing service retries failed payments three times');
    store('Grafana dashboards live in the ops repository');
    const { mode, words, hits } = memory.search({ query: 'How do we retry a failing payment at checkout?', limit: 8 });
    expect(mode).toBe('keyword');
    expect(words).toEqual(['retry', 'failing', 'payment', 'checkout']);
    expect(hits).toHaveLength(1);
    expect(hits[0]).toMatchObject({
      matched: ['retry', 'failing', 'payment'],
      snippet: 'The billing service «retries» «failed» «payments» three times',
      ageSeconds: 0,
    });
    expect(hits[0]?.score).toBeGreaterThan(0);
  });

  it('finds the beginning of longer words, below whole ones', async () => {
    const { find, store } = await openMemory();
    store('configuration files are in etc');
    store('the config is in etc');
    store('unrelated words about other things entirely');
    expect(find('config')).toEqual(['the config is in etc', 'configuration files are in etc']);
  });

  it('finds a word that stands nowhere whole among words that do', async () => {
    const { memory, store } = await openMemory();
    for (let i = 0; i < 5; i++) store(`router note ${i}`);
    store('getUserById is slow');
    const { hits } = memory.search({ query: 'router getUser', limit: 3 });
    expect(hits.map(({ snippet, matched }) => [snippet, matched])).toEqual([
      ['«getUserById» is slow', ['getuser']],
      ['«router» note 4', ['router']],
      ['«router» note 3', ['router']],
    ]);
  });

  it('ranks a match in the key above one in the content, and the newer of equals first', async () => {
    const { find, store, clock } = await openMemory();
    store('something about staging');
    store('its address is 10.0.0.5', { key: 'staging' });
    for (let i = 0; i < 5; i++) store(`filler number ${i}`);
    expect(find('staging')).toEqual(['its address is 10.0.0.5', 'something about staging']);
    store('release plan spring');
    clock.advance(10 * DAY);
    store('release plan autumn');
    expect(find('release plan')).toEqual(['release plan autumn', 'release plan spring']);
  });

  it('ignores accents and upper case', async () => {
    const { find, store } = await openMemory();
    store('Das Büro in Zürich öffnet um neun');
    expect(find('buro ZURICH')).toHaveLength(1);
    expect(find('Bu\u0308ro')).toHaveLength(1);
  });

  it('finds Chinese, Japanese, Korean and Thai in running text', async () => {
    const { memory, find, store } = await openMemory();
    store('生产数据库部署在法兰克福。');
    store('本番データベースはフランクフルトにある');
    store('데이터베이스는 프랑크푸르트에 있습니다');
    store('ฐานข้อมูลอยู่ที่แฟรงก์เฟิร์ต');
    expect(find('数据库')).toEqual(['生产数据库部署在法兰克福。']);
    expect(find('福')).toEqual(['生产数据库部署在法兰克福。']);
    expect(find('データベース')).toEqual(['本番データベースはフランクフルトにある']);
    expect(find('데이터베이스')).toEqual(['데이터베이스는 프랑크푸르트에 있습니다']);
    expect(find('ฐานข้อมูล')).toEqual(['ฐานข้อมูลอยู่ที่แฟรงก์เฟิร์ต']);
    expect(find('价格')).toEqual([]);
    expect(memory.search({ query: 'PostgreSQL数据库', limit: 8 })).toMatchObject({
      words: ['postgresql', '数据', '据库'],
      hits: [{ matched: ['数据', '据库'], snippet: '生产«数据库»部署在法兰克福。' }],
    });
  });

  it('reads nothing in a query as FTS5 or SQL syntax (SEC-11)', async () => {
    const { find, store } = await openMemory();
    store('near content key');
    for (const query of [
      '"',
      "'; DROP TABLE memories;--",
      'content:x',
      'a AND',
      '(x',
      'NEAR(',
      '*',
      '^a',
      '{key}:x',
      '\0',
    ]) {
      expect(() => find(query)).not.toThrow();
    }
    expect(find('content: AND NEAR(key, 5) *')).toEqual(['near content key']);
    expect(find('???')).toEqual([]);
  });

  it('shortens long contents around the match', async () => {
    const { memory, store } = await openMemory();
    store(`${'filler words before. '.repeat(200)}The needle is here. ${'filler words after. '.repeat(200)}`);
    store(`${'前'.repeat(2000)}目标词${'后'.repeat(2000)}`);
    for (const query of ['needle', '目标词']) {
      const snippet = memory.search({ query, limit: 1 }).hits[0]?.snippet ?? '';
      expect(snippet).toMatch(/«(needle|目标词)»/);
      expect(snippet.length).toBeLessThan(420);
    }
  });
});

describe('filters', () => {
  it('narrows by namespaces, kinds and all of the tags', async () => {
    const { find, store } = await openMemory();
    store('cache one', { kind: 'decision', tags: ['a', 'b'] });
    store('cache two', { kind: 'fact', tags: ['a'] });
    store('cache three', { kind: 'fact', tags: ['b'], namespace: 'other' });
    expect(find('cache', { kinds: ['decision'] })).toEqual(['cache one']);
    expect(find('cache', { tags: ['A', 'b'] })).toEqual(['cache one']);
    expect(find('cache', { tags: ['b'], namespaces: ['other'] })).toEqual(['cache three']);
    expect(find('cache', { kinds: ['fact', 'decision'], tags: [] })).toHaveLength(3);
    expect(find('cache', { namespaces: ["other') OR 1=1 --".slice(0, 5)] })).toEqual(['cache three']);
  });

  it('lists the newest first where there is no query', async () => {
    const { memory, store, clock } = await openMemory();
    for (const content of ['first', 'second', 'third']) {
      store(content, { tags: content === 'second' ? [] : ['odd'] });
      clock.advance(60_000);
    }
    const recent = memory.search({ query: '  ', tags: ['odd'], limit: 8 });
    expect(recent).toMatchObject({ mode: 'recent', words: [] });
    expect(recent.hits.map(({ row, ageSeconds, snippet }) => [row.content, ageSeconds, snippet])).toEqual([
      ['third', 60, 'third'],
      ['first', 180, 'first'],
    ]);
    expect(memory.search({ limit: 1 }).hits).toHaveLength(1);
  });

  it('gives whole rows by id, in the order asked for, whatever the limit', async () => {
    const { memory, store } = await openMemory();
    const a = store('content a').id;
    const b = store('content b').id;
    const found = memory.search({ ids: [b, 'mem_unknown', a], limit: 1 });
    expect(found.mode).toBe('ids');
    expect(found.hits.map(({ row }) => row.content)).toEqual(['content b', 'content a']);
    expect(memory.search({ ids: [], limit: 8 })).toEqual({ mode: 'ids', words: [], hits: [] });
  });

  it('answers as of a time in the past', async () => {
    const { memory, store, find, clock } = await openMemory();
    const at = () => new Date(clock.now()).toISOString();
    const before = at();
    clock.advance(1000);
    const { id } = store('we use yarn', { key: 'tool' });
    const temporary = store('temporary yarn', { ttlDays: 1 });
    const first = at();
    clock.advance(1000);
    store('we use npm', { key: 'tool' });
    const second = at();
    clock.advance(1000);
    memory.forget({ ids: [id], hard: false });
    const third = at();
    clock.advance(2 * DAY);
    expect(find('use', { asOf: before })).toEqual([]);
    expect(find('use', { asOf: first })).toEqual(['we use yarn']);
    expect(find('use', { asOf: second })).toEqual(['we use npm']);
    expect(find('use', { asOf: third })).toEqual([]);
    expect(find('temporary', { asOf: third })).toEqual(['temporary yarn']);
    expect(find('temporary', { asOf: at() })).toEqual([]);
    expect(find('use', { asOf: '2126-01-01' })).toEqual([]);
    expect(memory.search({ ids: [id], asOf: first, limit: 1 }).hits[0]?.row.version).toBe(1);
    expect(memory.search({ asOf: first, limit: 9 }).hits.map(({ row }) => row.id)).toEqual([temporary.id, id]);
  });

  it('says which rule a query breaks', async () => {
    const { memory } = await openMemory();
    const refused = (query: Partial<Parameters<typeof memory.search>[0]>, message: RegExp) =>
      expect(() => memory.search({ limit: 8, ...query })).toThrow(
        expect.objectContaining({ code: 'invalid_request', message: expect.stringMatching(message) }),
      );
    refused({ limit: 0 }, /limit is 0/);
    refused({ limit: 101 }, /limit is 101/);
    refused({ limit: 1.5 }, /limit is 1.5/);
    refused({ query: 'x', ids: ['mem_1'] }, /Both a query and ids/);
    refused({ ids: Array.from({ length: 101 }, (_, i) => `m${i}`) }, /101 ids/);
    refused({ asOf: 'yesterday' }, /as_of is "yesterday"/);
    refused({ asOf: '2026-13-01' }, /as_of/);
    refused({ query: 'x'.repeat(10_001) }, /10001 characters/);
    refused({ kinds: ['facts' as 'fact'] }, /no kind of memory called "facts"/);
    refused({ namespaces: ['a b'] }, /namespace/);
  });
});
