/**
 * Signatures of thinking mean something only to the provider who made them, and others refuse what is not theirs. A
 * conversation may move between providers, so a dialect marks the signatures that it hands out and gives back only those
 * that carry its mark. A mark is base64 of a multiple of three bytes: with it a base64 signature is base64 as before.
 */
const MARKS = { gemini: Buffer.from('farebox-gemini:').toString('base64') } as const;

export type SignedDialect = keyof typeof MARKS;

export function markSignature(dialect: SignedDialect, signature: string): string {
  return MARKS[dialect] + signature;
}

/** The signature as the provider made it; undefined where another one made it. */
export function ownSignature(dialect: SignedDialect, marked: string | undefined): string | undefined {
  const mark = MARKS[dialect];
  return marked?.startsWith(mark) ? marked.slice(mark.length) : undefined;
}

/** Whether a dialect has marked it: then it is of no use to any other. */
export function isMarkedSignature(signature: string): boolean {
  return Object.values(MARKS).some((mark) => signature.startsWith(mark));
}
