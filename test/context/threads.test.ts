import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { assembleThread, turnOf } from '../../src/context/assemble-thread.ts';
import { checkThreadId } from '../../src/context/check-thread-id.ts';
import { createSqliteThreads } from '../../src/context/sqlite-threads.ts';
import type { ThreadOwner } from '../../src/context/thread.ts';
import type { Message } from '../../src/domain/completion-request.ts';
import type { CallId } from '../../src/domain/ids.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { tempFolder } from '../support/temp-folder.ts';

const me: ThreadOwner = { key: null, project: 'shop' };
const said = (text: string, more: { private?: boolean; region?: string } = {}) => ({
  callId: 'call_1' as CallId,
  messages: [{ role: 'user', content: text } as const],
  private: more.private ?? false,
  region: more.region ?? null,
});

async function open(more: { path?: string; maxBytes?: number; simulated?: boolean } = {}) {
  const clock = createFakeClock();
  const path = more.path ?? `${tempFolder()}/farebox.db`;
  const database = await openDatabase({ path, clock, fareboxVersion: 'test' });
  onTestFinished(() => database.close());
  const { maxBytes = 1_000_000, simulated = false } = more;
  return { path, clock, threads: createSqliteThreads({ database, clock, simulated, maxAgeDays: 30, maxBytes }) };
}

describe('threads in SQLite', () => {
  it('keeps turns in the order in which they were added, across connections (MEM-06)', async () => {
    const { threads, path } = await open();
    const other = await open({ path });
    expect(threads.append(me, 't', null, said('one'))).toBe('kept');
    const seq = threads.read(me, 't')?.seq ?? null;
    expect(other.threads.append(me, 't', seq, said('two'))).toBe('kept');
    expect(threads.append(me, 't', seq, said('three'))).toBe('kept');
    const turns = other.threads.read(me, 't')?.turns;
    expect(turns?.map(({ number, messages }) => [number, messages[0]?.content])).toEqual([
      [1, 'one'],
      [2, 'two'],
      [3, 'three'],
    ]);
  });

  it('keeps two first turns at once in one thread', async () => {
    const { threads } = await open();
    threads.append(me, 't', null, said('one'));
    threads.append(me, 't', null, said('two'));
    expect(threads.list()).toMatchObject([{ id: 't', turns: 2 }]);
  });

  it('shows a thread to its owner only: not to another key, project or the sandbox', async () => {
    const { threads, path } = await open();
    threads.append({ key: 'k1', project: 'shop' }, 't', null, said('secret'));
    for (const owner of [me, { key: 'k2', project: 'shop' }, { key: 'k1', project: null }]) {
      expect(threads.read(owner, 't')).toBeNull();
      expect(threads.forget(owner, 't')).toBe(false);
    }
    const sandbox = await open({ path, simulated: true });
    expect(sandbox.threads.read({ key: 'k1', project: 'shop' }, 't')).toBeNull();
  });

  it('stays private, and in its region, for good', async () => {
    const { threads } = await open();
    threads.bind(me, 't', { private: true, region: null });
    threads.append(me, 't', null, said('one', { region: 'eu' }));
    threads.append(me, 't', null, said('two'));
    expect(threads.read(me, 't')).toMatchObject({ private: true, region: 'eu' });
  });

  it('forgets without a trace in the file, and does not revive a thread that was forgotten meanwhile', async () => {
    const { threads, path } = await open();
    threads.append(me, 't', null, said('canary-of-a-turn '.repeat(50)));
    const seq = threads.read(me, 't')?.seq ?? null;
    threads.keepSummary(me, 't', 'hash', 'canary-of-a-summary');
    expect(threads.readSummary(me, 't', 'hash')).toBe('canary-of-a-summary');
    expect(threads.forget(me, 't')).toBe(true);
    for (const file of [path, `${path}-wal`]) expect(readFileSync(file).includes('canary-of-a')).toBe(false);
    expect(threads.append(me, 't', seq, said('late'))).toBe('forgotten');
    expect(threads.list()).toEqual([]);
  });

  it('ends thirty days after the last turn', async () => {
    const { threads, clock } = await open();
    threads.append(me, 't', null, said('one'));
    clock.advance(29 * 86_400_000);
    threads.append(me, 't', null, said('two'));
    clock.advance(29 * 86_400_000);
    expect(threads.read(me, 't')?.turns).toHaveLength(2);
    clock.advance(2 * 86_400_000);
    expect(threads.read(me, 't')).toBeNull();
    expect(threads.append(me, 't', null, said('anew'))).toBe('kept');
    expect(threads.read(me, 't')?.turns).toHaveLength(1);
    expect(threads.sweep()).toBe(0);
  });

  it('makes room by dropping the threads unused for longest, and says where one alone is too large', async () => {
    const { threads, clock } = await open({ maxBytes: 900 });
    for (const id of ['a', 'b', 'c']) {
      threads.append(me, id, null, said('x'.repeat(300)));
      clock.advance(1_000);
    }
    expect(threads.list().map(({ id }) => id)).toEqual(['c', 'b']);
    expect(threads.append(me, 'c', null, said('y'.repeat(900)))).toBe('full');
    expect(threads.list().map(({ id }) => id)).toEqual(['c', 'b']);
  });

  it.each(['', ' a', 'a\nb', 'x'.repeat(201), '\u0000'])('refuses the id %j', (id) => {
    expect(() => checkThreadId(id)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});

describe('assembling a thread', () => {
  const answer = (text: string) => ({ text, toolCalls: [] });
  const system: Message = { role: 'system', content: 'Be brief.' };
  const user = (content: string): Message => ({ role: 'user', content });

  it('begins every request with the whole one before it (OPT-11)', () => {
    const turns: { number: number; messages: readonly Message[] }[] = [];
    let before: readonly Message[] = [];
    for (let number = 1; number <= 5; number++) {
      const messages = number === 1 ? [system, user('q1')] : [user(`q${number}`)];
      const sent = assembleThread(turns, messages);
      expect(sent.slice(0, before.length)).toEqual(before);
      turns.push({ number, messages: turnOf(messages, answer(`a${number}`)) });
      before = sent;
    }
    expect(before.map(({ content }) => content)).toEqual([
      'Be brief.',
      'q1',
      'a1',
      'q2',
      'a2',
      'q3',
      'a3',
      'q4',
      'a4',
      'q5',
    ]);
  });

  it('lets the request say another system message, in the place of the old one', () => {
    const turns = [{ number: 1, messages: [system, user('q1')] }];
    const other: Message = { role: 'system', content: 'Be long.' };
    expect(assembleThread(turns, [other, user('q2')])).toEqual([other, user('q1'), user('q2')]);
  });

  it('puts a result right behind its call where another turn came between, and drops calls without one', () => {
    const call = (id: string): Message => ({
      role: 'assistant',
      content: null,
      toolCalls: [{ id, name: 'f', arguments: '{}' }],
    });
    const result = (id: string): Message => ({ role: 'tool', toolCallId: id, content: 'r' });
    const turns = [
      { number: 1, messages: [user('a'), call('1')] },
      { number: 2, messages: [user('b'), call('2')] },
    ];
    expect(assembleThread(turns, [result('1'), user('c')])).toEqual([
      user('a'),
      call('1'),
      result('1'),
      user('b'),
      user('c'),
    ]);
  });

  it('keeps thinking that must be given back, and tool calls', () => {
    const reasoningParts = [{ text: 'hm', signature: 's' }];
    const toolCalls = [{ id: '1', name: 'f', arguments: '{}' }];
    expect(turnOf([user('q')], { text: '', toolCalls, reasoningParts }).at(-1)).toEqual({
      role: 'assistant',
      content: null,
      toolCalls,
      reasoning: reasoningParts,
    });
  });
});
