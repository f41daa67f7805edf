import { DATA_VERBS, KITCHEN, LANGUAGES, TASK_VERBS } from './question-words.ts';

type Rewrite = readonly [RegExp, string];

const MADE = 'wrote|invented|discovered|founded|painted|composed';
const MADE_BY: readonly Rewrite[] = Object.entries({
  'author|writer': 'wrote',
  inventor: 'invented',
  discoverer: 'discovered',
  founder: 'founded',
  painter: 'painted',
  composer: 'composed',
}).map(([maker, did]) => [new RegExp(`^(?:who (?:is|was)|name|give me) the (?:${maker}) of (.+)$`), `who: ${did} $1`]);

/** An adjective that is asked for, and the noun that is: both ask the same. */
const MEASURES: readonly Rewrite[] = Object.entries({
  tall: 'height',
  deep: 'depth',
  wide: 'width',
  old: 'age',
  heavy: 'weight',
}).flatMap(([adjective, noun]): readonly Rewrite[] => [
  [new RegExp(`^how ${adjective} is ((?:the |a |[A-Z]).+)$`), `what is: the ${noun} of $1`],
  [new RegExp(`^how ${adjective} ((?:the |a |[A-Z]).+) is$`), `what is: the ${noun} of $1`],
]);

/** States that `how do I …` asks after: how one does that would be another question. */
const STATES = 'look|feel|seem|sound|appear|smell|compare|rank|know|have|be|do|come|work';

/**
 * Ways of asking, and the form in which each is compared. They are tried in order, and the first that fits decides; a
 * question that fits none has no meaning that another could share. A form keeps every word that its way of asking does not
 * name, in its order: what is asked about is never judged by likeness, so numbers, names, negations, comparatives and who
 * does what to whom are the same or it is another question. The past (`was`, `did`) and `we` are kept apart, too.
 */
export const FRAMES: readonly Rewrite[] = [
  // Differences, however they are asked for; of numbers it is a subtraction.
  [
    /^(?!.*\d|.*\band\b.*\band\b)(?:what (?:is|are) |explain |describe |show me |give me )?(?:the )?differences? between (.+) and (.+)$/,
    'difference: $1 | $2',
  ],
  [
    /^(?!.*\d|.*\band\b.*\band\b)how (?:do|does|are|is) (.+) and (.+?) (?:differ|different)(?: from (?:each other|one another))?$/,
    'difference: $1 | $2',
  ],
  [/^(?!.*\d|.*\band\b.*\band\b)how (?:do|does|is|are) (.+?) (?:differ|different) from (.+)$/, 'difference: $1 | $2'],

  // Amounts in other units.
  [/^convert (\d[\d.,]*) ?([a-zA-Z°]+) (?:to|into) (\S+)$/, 'convert: $1 $2 | $3'],
  [/^what is (\d[\d.,]*) ?([a-zA-Z°]+) (?:converted )?(?:in|to|into) (\S+)$/, 'convert: $1 $2 | $3'],
  [
    /^how many (\S+) (?:is|are|in|is in|are in|are there in|make|equal) (\d[\d.,]*) ?([a-zA-Z°]+)$/,
    'convert: $2 $3 | $1',
  ],

  // What a word means, and its definition: neither is an explanation, nor what the thing is.
  [/^what (?:does|do) (.+) mean$/, 'meaning: $1'],
  [/^what (?!(?:is|are|was|were|do|does|did|can|could|would|will)\b)(.+) means?$/, 'meaning: $1'],
  [/^what is (?:the )?meaning of (.+)$/, 'meaning: $1'],
  [/^what is meant by (.+)$/, 'meaning: $1'],
  [/^(?:define|what is the definition of|give me (?:a|the) definition of) (.+)$/, 'definition: $1'],
  // Of an abbreviation only: people and parties stand for what they believe in.
  [/^what (?:does|do) ([A-Z][A-Z0-9./-]+) stand for$/, 'stands for: $1'],
  [
    /^what (?!(?:is|are|was|were|do|does|did|can|could|would|will)\b)([A-Z][A-Z0-9./-]+) stands? for$/,
    'stands for: $1',
  ],
  [/^what is ([A-Z][A-Z0-9./-]+) short for$/, 'stands for: $1'],

  // How something works, and how it is done.
  [/^how (?:do|does) (?!i\b|we\b|you\b|one\b)(.+) work$/, 'works: $1'],
  [
    /^(?:explain |describe |show me )?how (?!(?:to|i|we|you|one|is|are|was|were|do|does|did|can|could|should|would|will|many|much|long|often|far|well)\b)(.+) works?$/,
    'works: $1',
  ],
  [/^(?:explain|show me|teach me|describe)(?: to me)? how (?:to|i can|one can) (.+)$/, 'how to: $1'],
  [new RegExp(`^how (?:to|do i|can i|can one|does one|i can|one can) (?!(?:${STATES})\\b)(.+)$`), 'how to: $1'],
  [/^what is (?:the|a) way (?:for me )?to ([a-z].*)$/, 'how to: $1'],
  [new RegExp(`^how (?:do|can|would) you (?!(?:${STATES})\\b)(?!.*\\byour\\b)(.+ in (?:${LANGUAGES}))$`), 'how to: $1'],
  [new RegExp(`^how (?:do|can|would) you ((?:${KITCHEN}) .+)$`), 'how to: $1'],

  // Why; of a statement the verb goes to the front, where it has but one.
  [/^why (is|are|was|were) (.+)$/, 'why: $1 $2'],
  [
    /^(?:explain why|for what reason|what is the reason (?:that|why)|how come|why) (?!.*\b(?:is|are|was|were)\b.*\b(?:is|are|was|were)\b)(\S.*?) (is|are|was|were) (.+)$/,
    'why: $2 $1 $3',
  ],
  [/^(?:why|for what reason) (do|does|did) (.+)$/, 'why: $1 $2'],

  // Who made something, which is past, however it is asked.
  ...MADE_BY,
  [new RegExp(`^what is the name of the (?:person|man|woman) who (${MADE}) (.+)$`), 'who: $1 $2'],
  [new RegExp(`^who was it (?:that|who) (${MADE}) (.+)$`), 'who: $1 $2'],
  [new RegExp(`^who (${MADE}) (.+)$`), 'who: $1 $2'],
  [/^who was (.+) (invented|discovered|founded|painted|composed) by$/, 'who: $2 $1'],
  [/^who was (.+) written by$/, 'who: wrote $1'],
  [/^by whom was (.+) (invented|discovered|founded|painted|composed)$/, 'who: $2 $1'],
  [/^by whom was (.+) written$/, 'who: wrote $1'],

  // Where and when.
  [/^where (is|are) (.+?)(?: located| situated)?$/, 'where: $1 $2'],
  [/^where (?!(?:was|were|did|do|does|can|could|should|will)\b)(.+?) (is|are)(?: located| situated)?$/, 'where: $2 $1'],
  [/^what is the location of (.+)$/, 'where: is $1'],
  [/^when did (.+) (?:happen|take place|occur)$/, 'when: $1'],
  [/^when (?!(?:was|were|did|do|does|will)\b)(.+) (?:happened|took place|occurred)$/, 'when: $1'],
  [/^when was (.+)$/, 'when was: $1'],
  [
    /^when (?!(?:was|were|did|do|does|will)\b)(.+) was (born|built|founded|invented|discovered|written|published|released|signed|opened|completed)$/,
    'when was: $1 $2',
  ],

  // How many, how tall, how far.
  [/^how many (.+?) (?:are there|there are|exist)((?: (?:in|on|of) .+)?)$/, 'number: $1$2'],
  [/^(?:what is|give me|name|state) the number of (?!the\b)(.+)$/, 'number: $1'],
  ...MEASURES,
  // Among three it is open what lies between which two.
  [/^.*\b(?:distance|far)\b.*\band\b.*\band\b.*$/, '$&'],
  [/^how far (?:is it )?from (.+) to (.+)$/, 'distance: $1 | $2'],
  [/^how far (?:away )?(?:is|are) (.+) from (.+)$/, 'distance: $2 | $1'],
  [/^how far apart (?:is|are) (.+) and (.+)$/, 'distance: $1 | $2'],
  [/^what is the distance (?:between (.+) and|from (.+) to) (.+)$/, 'distance: $1$2 | $3'],

  // What something is. `the` stays: a sun is not the sun.
  [/^(?:which|what) city is the capital of (.+)$/, 'what is: the capital of $1'],
  [/^(?:which|what) (\w+) (?:is|are) the (\w+est|most \w+|least \w+)((?: (?:in|on|of) .+)?)$/, 'what is: the $2 $1$3'],
  [/^which is (the .+)$/, 'what is: $1'],
  [/^which are (the .+)$/, 'what are: $1'],
  [/^(?:explain|give me an explanation of)(?: to me)? what (?!is\b|are\b)(.+) (?:is|are)$/, 'explain: $1'],
  [/^(?:explain|give me an explanation of)(?: to me)? (?!how\b|why\b|what\b|who\b|when\b|where\b)(.+)$/, 'explain: $1'],
  // One and many are kept apart: Windows is not windows, and a title may have the form of many.
  [/^what (is|are) (.+)$/, 'what $1: $2'],
  [/^what ((?:the|a) .+|(?:[A-Z]\S* ?)+|[a-z]+) (is|are)$/, 'what $2: $1'],
  // To name the cat may be to give it a name; to name the capital of France is not.
  [/^(?:give me|name|state) (the (?:capital|author|\w+est) .+)$/, 'what is: $1'],
  [/^(the .+)$/, 'what is: $1'],
  [/^who (is|are) (.+)$/, 'who $1: $2'],
  [/^who (?!(?:is|are|was|were|did|does|do|will|has|have)\b)((?:the )?\S+(?: \S+){0,6}) (is|are)$/, 'who $2: $1'],

  // Any other question or task in its own words, without the courtesies.
  [/^(?:which|what|who|when|where|how|why|is|are|was|were|does|do|did|has|have|can|could|should|must|will) .+$/, '$&'],
  [new RegExp(`^(?:${TASK_VERBS}) .+$`), '$&'],
];

/** Turned round before the frames are tried, each once. */
export const TURNS: readonly Rewrite[] = [
  // `In Python, how do I …` asks what `How do I … in Python` asks.
  [
    /^(in|on|with|using|under|at|during) (?!what\b|which\b|whom\b|how\b)([^,]+?),? ((?:how|what|why|who|where|when|which)\b.+)$/i,
    '$3 $1 $2',
  ],
  // A request in the form of a question; `can you write poems` asks after an ability, `can you write this` does not.
  [new RegExp(`^(?:could you |(?:can|could|would|will) you (?:please|kindly) )(?=(?:${TASK_VERBS}) )`), ''],
  [new RegExp(`^can you (?=(?:${TASK_VERBS}) (?:the|this|these|that|those|my|me|how|why|what|\\d|⟦))`), ''],
  // With one language named, and for what is done to data: to replace Java with Python is not to replace it in Python.
  [
    new RegExp(
      `^(?!.*\\b(?:${LANGUAGES})(?!\\w).* (?:using|with) )((?:how (?:to|do i|can i|do you|can you) )?(?:${DATA_VERBS}) .+) (?:using|with) (?:the )?(${LANGUAGES})(?: (?:programming )?language)?$`,
    ),
    '$1 in $2',
  ],
  [/\bcapital city of\b/, 'capital of'],
  // France's capital is the capital of France.
  [
    /^(|(?:what|who|where) (?:is|are|was) |name |give me )((?:the )?[A-Z][\w-]*(?: [A-Z][\w-]*)*)'s (capital|capital city|population|currency|president|prime minister|king|queen|mayor|area|flag|anthem|author|inventor|height|age)$/,
    '$1the $3 of $2',
  ],
];
