import type { Message } from '../../src/domain/completion-request.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

/** Facts as people state them, by how they are recognisable; each with the words that must be kept. */
export const PLANTED: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'names and roles': [
    ['My colleague Ingrid Solberg signs off every release.', 'Ingrid Solberg'],
    ['Tomasz looks after the warehouse system.', 'Tomasz'],
    ['the client we do this for is Halvorsen Shipping', 'Halvorsen Shipping'],
    ['Priya is on leave until the audit is over.', 'Priya'],
    ['You can reach the vendor through Mrs. Okafor.', 'Okafor'],
  ],
  'figures and dates': [
    ['The contract ends on 14 March 2027.', '14 March 2027'],
    ['We can spend at most 48,500 euros on this.', '48,500'],
    ['each pallet weighs 312.5 kg', '312.5'],
    ['The pump runs at 2,950 rpm.', '2,950'],
    ['there are forty lorries in the fleet', 'forty lorries'],
  ],
  decisions: [
    ['We decided to keep the monolith for this year.', 'keep the monolith'],
    ['let us go with the blue layout then', 'blue layout'],
    ['Backups should be written to tape as well.', 'tape'],
    ['I prefer plain sentences over bullet lists.', 'plain sentences'],
    ['Instead of a queue there will be a nightly batch.', 'nightly batch'],
  ],
  negations: [
    ['The legacy importer must not be switched off.', 'importer must not be switched off'],
    ["we don't store passports anywhere", "don't store passports"],
    ['Nobody outside of finance may see the margins.', 'margins'],
    ['The tablets never leave the building.', 'tablets never leave'],
    ['there is no budget for contractors', 'no budget for contractors'],
  ],
  'addresses and identifiers': [
    ['The runbook is at https://wiki.example.org/ops/runbook.', 'https://wiki.example.org/ops/runbook'],
    ['write to billing@example.net about refunds', 'billing@example.net'],
    ['The flag is called enable_dark_writes.', 'enable_dark_writes'],
    ['the ticket for it is OPS-4471', 'OPS-4471'],
    ['Its config lives in /etc/ferry/routes.toml.', '/etc/ferry/routes.toml'],
  ],
  'plain statements': [
    ['the codename of the project is bluebird', 'bluebird'],
    ['our oldest harbour crane is painted yellow', 'crane is painted yellow'],
    ['The summer team is mostly students.', 'students'],
    ['the pilot customer sells garden furniture', 'garden furniture'],
    ['My sister is a marine biologist.', 'marine biologist'],
  ],
};

const TALK = [
  'Let us think a little more about the general direction before we go into any details of it.',
  'I would like to hear more about how one could look at this from various sides.',
  'That sounds good to me, and it would be nice to go on like this for a while.',
  'Please say a bit more about what you mean by that, and feel free to take your time.',
  'It helps me a lot when things are explained in a calm and friendly way.',
];
const REPLIES = [
  'Of course, I am happy to help with that, and it is a great question to ask at this point.',
  'There are several ways to look at it, and each of them has something to say for itself.',
  'In general it makes sense to begin with the broad picture and then to go on to the finer points.',
  'As so often, it depends on the circumstances, on the people involved, and on what one wants to reach in the end.',
  'Let me know whether you would like me to go deeper into any of these aspects, or to look at another one.',
];

const LATIN =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed eiusmod tempor incididunt ut labore et dolore magna aliqua enim minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute irure in reprehenderit voluptate velit esse cillum fugiat nulla pariatur'.split(
    ' ',
  );
const ENGLISH =
  'the a of and to in that it with as for was on are by this be at from or an have they which one you were all their there been many some time very when much more would about other new these may first after like people over also think such even way good place little world own great year still before work long find between part through back where life man under last right old come made week night city house water room area money story fact month lot book word side hand head high young point group problem line end among stand pay meet learn lead watch follow speak read allow add spend grow open walk offer love appear serve build stay fall cut reach remain'.split(
    ' ',
  );

interface Talk {
  readonly user: (at: number) => string;
  readonly assistant: (at: number) => string;
}

/** What stands around the facts: said by the user, and answered. */
export const FILLERS = {
  'small talk': {
    user: (at) => pick(TALK, at),
    assistant: (at) => [pick(REPLIES, at), pick(REPLIES, at + 1), pick(REPLIES, at + 3)].join(' '),
  },
  'latin nonsense': { user: (at) => nonsense(LATIN, at, 3), assistant: (at) => nonsense(LATIN, at + 9_000, 6) },
  'english nonsense': { user: (at) => nonsense(ENGLISH, at, 2), assistant: (at) => nonsense(ENGLISH, at + 9_000, 5) },
  'numbered turns': {
    user: (at) => `Message number ${at}: this is filler text that says nothing. ${nonsense(ENGLISH, at, 2)}`,
    assistant: (at) => `Reply ${at}: understood, let us go on. ${nonsense(ENGLISH, at + 9_000, 4)}`,
  },
  'one phrase again and again': {
    user: () => 'filler words to make the context long '.repeat(20),
    assistant: () => 'well then '.repeat(60),
  },
} satisfies Record<string, Talk>;
export type Filler = keyof typeof FILLERS;

/** A conversation of so many turns, most of it talk, in which facts are planted evenly among the first 50. */
export function conversation(
  turns: number,
  facts: readonly string[],
  filler: Filler = 'small talk',
): readonly Message[] {
  const talk: Talk = FILLERS[filler];
  const messages: Message[] = [{ role: 'system', content: 'You are a patient assistant.' }];
  const every = Math.floor(Math.min(turns, 50) / Math.max(1, facts.length));
  for (let turn = 0; turn < turns; turn++) {
    const fact = turn % every === 1 % every ? (facts[Math.floor(turn / every)] ?? '') : '';
    messages.push({
      role: 'user',
      content: [talk.user(turn), fact, talk.user(turn + 2_002)].filter(Boolean).join(' '),
    });
    messages.push({ role: 'assistant', content: talk.assistant(turn) });
  }
  return [...messages, { role: 'user', content: 'What do you know about all this by now?' }];
}

function nonsense(words: readonly string[], seed: number, sentences: number): string {
  const random = createSeededRandom(seed);
  return Array.from({ length: sentences }, () => {
    const length = 8 + Math.floor(random.next() * 10);
    const chosen = Array.from({ length }, () => words[Math.floor(random.next() * words.length)] ?? '').join(' ');
    return `${chosen[0]?.toUpperCase()}${chosen.slice(1)}.`;
  }).join(' ');
}

function pick(lines: readonly string[], at: number): string {
  return lines[at % lines.length] ?? '';
}
