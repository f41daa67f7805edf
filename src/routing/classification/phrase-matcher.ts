import { wordsOf } from './words.ts';

/** Called for each phrase found: whose it is, where it begins, counted in words, and how many words it has. */
export type OnPhrase = (label: number, at: number, length: number) => void;

/** Finds the phrases of many labels in a sequence of words, in one walk. */
export type PhraseMatcher = (words: readonly string[], onPhrase: OnPhrase) => void;

interface Node {
  readonly labels: number[];
  next: Map<string, Node> | null;
}

/**
 * Builds the matcher from each label's phrases, given as one comma-separated text. A word also matches with a final
 * "s" that its phrase has not. Overlapping phrases are all reported.
 */
export function createPhraseMatcher(phrasesByLabel: readonly string[]): PhraseMatcher {
  const root = new Map<string, Node>();
  phrasesByLabel.forEach((phrases, label) => {
    for (const phrase of phrases.split(',')) addPhrase(root, wordsOf(phrase).words, label);
  });
  return (words, onPhrase) => {
    for (let at = 0; at < words.length; at++) {
      let node = step(root, words[at] ?? '');
      for (let i = at + 1; node; i++) {
        for (const label of node.labels) onPhrase(label, at, i - at);
        node = node.next && i < words.length ? step(node.next, words[i] ?? '') : undefined;
      }
    }
  };
}

function addPhrase(root: Map<string, Node>, words: readonly string[], label: number): void {
  let level = root;
  words.forEach((word, i) => {
    const node = level.get(word) ?? { labels: [], next: null };
    level.set(word, node);
    if (i === words.length - 1) {
      if (!node.labels.includes(label)) node.labels.push(label);
    } else {
      node.next ??= new Map();
      level = node.next;
    }
  });
}

function step(level: ReadonlyMap<string, Node>, word: string): Node | undefined {
  const node = level.get(word);
  if (node || word.length < 4 || word.charCodeAt(word.length - 1) !== 115) return node;
  return level.get(word.slice(0, -1));
}
