/** Edit distance (Levenshtein) between two short strings. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The option nearest to what was written, for "did you mean"; undefined where nothing is near. */
export function nearest(written: string, options: Iterable<string>): string | undefined {
  const wanted = written.toLowerCase().slice(0, 100);
  let best: { option: string; distance: number } | undefined;
  for (const option of options) {
    const distance = distanceTo(option.toLowerCase(), wanted);
    if (!best || distance < best.distance) best = { option, distance };
  }
  return best && best.distance <= Math.max(2, Math.floor(wanted.length / 2)) ? best.option : undefined;
}

/** A part of a long name ("sonnet"), or a name without its maker ("deepsek-chat"), is nearer than the edit distance says. */
function distanceTo(option: string, wanted: string): number {
  if (option.includes(wanted) && wanted.length >= 3) return 1;
  const whole = editDistance(wanted, option.slice(0, 100));
  const lastPart = option.slice(option.lastIndexOf('/') + 1);
  if (lastPart === option || wanted.includes('/')) return whole;
  return Math.min(whole, 1 + editDistance(wanted, lastPart.slice(0, 100)));
}
