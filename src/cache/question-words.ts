/** Spelled out before anything is compared. One that could mean two things (`he's`, `I'd`) is left as it is. */
export const CONTRACTIONS: readonly (readonly [RegExp, string])[] = [
  [/\b(what|who|where|how|when|why|that|it|there)'s\b/gi, '$1 is'],
  [/\b(what|who|where|how|they|we|you)'re\b/gi, '$1 are'],
  [/\bcan't\b|\bcannot\b/gi, 'can not'],
  [/\bwon't\b/gi, 'will not'],
  [/\b(is|are|was|were|do|does|did|has|have|had|could|should|would|must)n't\b/gi, '$1 not'],
  [/\bI'm\b/gi, 'I am'],
  [/\bI'd like\b/gi, 'I would like'],
];

/**
 * Words that mean the same where they are used, and not spoken about. One that is also something else (`fix`, `present`,
 * a command, a keyword of a language) does not belong here: a miss costs a call, a wrong hit costs trust.
 */
export const SAME_WORD: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ biggest: 'largest', purchase: 'buy', calculate: 'compute', an: 'a' },
    ...{ automobile: 'car', automobiles: 'cars', movie: 'film', movies: 'films' },
    ...{ photograph: 'photo', photographs: 'photos', television: 'tv', telephone: 'phone' },
    ...{ colour: 'color', colours: 'colors', centre: 'center', organise: 'organize', analyse: 'analyze' },
    ...{ kilometre: 'km', kilometer: 'km', kilometres: 'km', kilometers: 'km', metre: 'meter', metres: 'meters' },
    ...{
      zero: '0',
      two: '2',
      three: '3',
      four: '4',
      five: '5',
      six: '6',
      seven: '7',
      eight: '8',
      nine: '9',
      ten: '10',
    },
  }),
);

/** Where one of these stands, words themselves may be what is asked about, and no word stands for another. */
export const ABOUT_WORDS =
  /\b(?:words?|terms?|say|said|spell(?:ed|ing)?|pronounce\w*|translat\w*|synonyms?|antonyms?|plural|singular|letters?|syllables?|rhymes?|etymology|verbs?|nouns?|nicknames?|written|write|type|keywords?|commands?|vs|versus)\b/;

/** What people say around a question, at its beginning and at its end. */
export const COURTESY_BEFORE =
  /^(?:(?:hi|hello|hey)(?: there)?(?:[,!.:-]+ ?| (?=(?:what|how|who|why|where|when|which|can|could|please|tell|do|is|are)\b))|good (?:morning|afternoon|evening)[,!. ]+|please |kindly |(?:so|ok|okay|sorry|excuse me|quick question|just curious|i have a question|i am curious)[,:;!.-]* (?=\S))/i;
export const COURTESY_AFTER =
  /(?:[,.!?]+ ?)(?:please|thanks|thank you|thanks a lot|thank you (?:so|very) much|(?:thanks|thank you) in advance|by the way)[.!]*$/i;

/** A question inside a question: what follows is what is asked. */
export const ASKING = new RegExp(
  `^(?:${[
    '(?:(?:can|could|would|will) you (?:please |kindly )?)?(?:tell|remind) me',
    '(?:(?:can|could|would|will) you (?:please |kindly )?)?let me know',
    'do you (?:happen to )?know',
    '(?:does )?(?:anyone|anybody) know',
    'i (?:want|need|wish|would like) to know',
    'i am (?:wondering|trying to find out)',
    'i was wondering',
    'i wonder',
    '(?:do you have |have you )?any idea',
    '(?:may|can) i ask(?: you)?',
  ].join('|')})[,:]? (?=\\S)`,
  'i',
);

/** Verbs of tasks: `could you list …` asks for the list. */
export const TASK_VERBS =
  'add|calculate|compare|compose|compute|convert|count|define|describe|divide|draft|explain|find|generate|give|list|multiply|name|outline|remove|rewrite|rephrase|show|simplify|solve|sort|spell|subtract|suggest|summarize|summarise|translate|write';

/** What one does in a kitchen: `how do you boil an egg` does not ask how the one does it who is asked. */
export const KITCHEN = 'bake|boil|brew|cook|fry|grill|knead|peel|poach|roast|steam';

/** What programs do to data: with one of these, `with Python` and `using Python` name the language it is written in. */
export const DATA_VERBS = 'filter|merge|parse|read|reverse|sort|split|write';

/** Programming languages: `using Python` and `with Python` are `in Python`, and `how do you` there is `how does one`. */
export const LANGUAGES =
  'Python|JavaScript|TypeScript|Java|Kotlin|Swift|Rust|Ruby|PHP|Perl|Scala|Haskell|SQL|Bash|PowerShell|Excel|Golang|C\\+\\+|C#';
