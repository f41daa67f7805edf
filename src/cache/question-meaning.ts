import { FRAMES, TURNS } from './question-frames.ts';
import { ABOUT_WORDS, ASKING, CONTRACTIONS, COURTESY_AFTER, COURTESY_BEFORE, SAME_WORD } from './question-words.ts';

/** Longer prompts say too much to be compared by a handful of rules. */
const LONGEST = 240;
const MOST_WORDS = 32;
/** Rounds of taking courtesies off; each takes something, and people are not that polite. */
const MOST_COURTESIES = 6;

/** Of these forms only what is used, and not spoken about, may stand in another word. */
const USED_WORDS = /^(?:how to|why|when|when was|where|number|who|what is|what are): /;
/** Code, markup, several lines; and the marks that stand for what is quoted. */
const NOT_PLAIN = /[\p{Cc}`{}<>\\⟦⟧]/u;
const QUOTED = /"[^"]*"|“[^”]*”|«[^»]*»|(?<![\w])'[^']+'(?!\w)/g;

/**
 * The form in which a short English question is compared with others: two questions of the same form ask the same, as
 * `What's the capital of France?` and `Could you tell me France's capital?` do. null where nothing but an identical
 * question can be told to ask the same: another language, several sentences, code, a long text, no known way of asking.
 *
 * Nothing is judged by likeness. What differs may only be what these rules know to say the same: courtesies, ways of
 * asking, a few words. Every other word counts, as it is written and where it stands.
 */
export function questionMeaning(text: string): string | null {
  const normal = text.normalize('NFC').trim();
  if (normal.length === 0 || normal.length > LONGEST || NOT_PLAIN.test(normal)) return null;
  const quoted: string[] = [];
  const open = normal.replace(/[’‘]/g, "'").replace(QUOTED, (quote) => `⟦${quoted.push(quote) - 1}⟧`);
  if (/["“”«»]/.test(open)) return null;
  const sentence = plainSentence(open.replace(/\s+/g, ' '));
  if (sentence === null || sentence.split(' ').length > MOST_WORDS) return null;
  const form = formOf(sentence);
  return form === null ? null : form.replace(/⟦(\d+)⟧/g, (_, index) => quoted[Number(index)] ?? '');
}

/** One sentence without its courtesies and its final mark; null where there are several. */
function plainSentence(text: string): string | null {
  let sentence = text;
  for (const [contraction, words] of CONTRACTIONS) sentence = sentence.replace(contraction, words);
  for (let round = 0; round < MOST_COURTESIES; round++) {
    const before = sentence;
    // A question mark before `thanks` ends the question.
    sentence = sentence.replace(COURTESY_AFTER, '').replace(/[?.!\s]+$/, '');
    sentence = sentence.replace(COURTESY_BEFORE, '').replace(ASKING, '');
    if (sentence === before) break;
  }
  if (/[?.!;:](?: |$)/.test(sentence)) return null;
  return lowerFirst(sentence.replace(/\bI\b/g, 'i'));
}

/** The word that begins a sentence is written with a capital; where it is a name, nobody can tell. */
function lowerFirst(sentence: string): string {
  return sentence.replace(/^[A-Z][a-z]+(?=[ ,']|$)/, (word) => (isName(word) ? word : word.toLowerCase()));
}

/** Only words that ways of asking begin with are taken for ordinary ones. */
function isName(word: string): boolean {
  return !FIRST_WORDS.has(word.toLowerCase());
}

const FIRST_WORDS = new Set(
  (
    'what which who where when why how is are was were do does did has have can could should would must will may in on with ' +
    'using under at during for by the a an give name state define explain describe show teach convert list compare compute ' +
    'calculate count translate write summarize summarise find sort solve spell suggest outline add subtract multiply divide ' +
    'generate draft compose rewrite rephrase simplify remove difference differences'
  ).split(' '),
);

function formOf(sentence: string): string | null {
  let turned = sentence;
  for (const [way, form] of TURNS) turned = turned.replace(way, form);
  turned = turned.replace(/\ban (?=\S)/g, 'a ');
  for (const [way, form] of FRAMES) {
    if (!way.test(turned)) continue;
    const found = turned.replace(way, form).trim();
    return USED_WORDS.test(found) && !ABOUT_WORDS.test(found) ? found.split(' ').map(sameWord).join(' ') : found;
  }
  return null;
}

function sameWord(word: string): string {
  return SAME_WORD.get(word) ?? word;
}
