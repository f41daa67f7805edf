/** Findings of one check that are told; the others are counted. */
const MOST_TOLD = 8;
const LONGEST_FINDING = 300;

/** Several findings as one text that a model can mend an answer by. */
export function joinFindings(findings: readonly string[]): string {
  const told = findings.slice(0, MOST_TOLD).map((finding) => clip(finding, LONGEST_FINDING));
  const more = findings.length - told.length;
  return [...told, ...(more > 0 ? [`… and ${more} more.`] : [])].join('\n');
}

/** A value as it is quoted in a finding, on one line, shortened in the middle. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return clip(text, 80);
}

function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor((most - 3) / 2);
  return `${text.slice(0, half)} … ${text.slice(-half)}`;
}
