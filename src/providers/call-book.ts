import type { ProviderCall } from './provider.ts';
import { allowedName, type NameRule } from './tool-names.ts';
import { untranslatable } from './untranslatable.ts';

/** Keeps the calls that wait for their results, for dialects that want every result right after its call. */
export interface CallBook {
  /** A call that the assistant makes; its id on the wire, which no call before it has. */
  open(id: string): string;
  /** Which of the calls of the turn before a result belongs to. Throws `untranslatable` where it is none of them. */
  answer(id: string): { readonly place: number; readonly id: string };
  /** Before the assistant speaks again, and at the end. Throws `untranslatable` where a call has no result. */
  expectNothing(): void;
}

/** `rule`: what the dialect allows an id to be. */
export function createCallBook(call: ProviderCall, rule: NameRule): CallBook {
  const used = new Set<string>();
  let turn: { readonly id: string; readonly wireId: string; answered: boolean }[] = [];
  return {
    open(id) {
      const allowed = allowedName(id, rule);
      let wireId = allowed;
      for (let copy = 2; used.has(wireId); copy++) wireId = allowedName(`${allowed}_${copy}`, rule);
      used.add(wireId);
      turn.push({ id, wireId, answered: false });
      return wireId;
    },
    answer(id) {
      const place = turn.findIndex((each) => each.id === id && !each.answered);
      const entry = turn[place];
      if (!entry) {
        const why = turn.some((each) => each.id === id)
          ? 'has a second result; give each call one'
          : 'has a result, but the message of the assistant before it makes no such call; give that message, too, or leave the result out';
        throw untranslatable(call, `The messages are out of order: the tool call ${JSON.stringify(id)} ${why}.`);
      }
      entry.answered = true;
      return { place, id: entry.wireId };
    },
    expectNothing() {
      const open = turn.filter(({ answered }) => !answered).map(({ id }) => JSON.stringify(id));
      if (open.length > 0) {
        throw untranslatable(
          call,
          `The messages are out of order: no result follows the tool call ${open.join(', ')}; every call needs one before the conversation goes on.`,
        );
      }
      turn = [];
    },
  };
}
