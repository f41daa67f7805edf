/** How far a conversation is compressed: segments before `shortened` are shortened, of those the ones before `dropped` left out. */
export interface Extent {
  readonly shortened: number;
  readonly dropped: number;
}

/** A segment as the steps see it. Sizes in tokens. */
export interface SegmentSize {
  readonly full: number;
  readonly short: number;
  /** Never shortened: what the model must have word for word. */
  readonly isFixed: boolean;
  /** A person's turn begins with it. */
  readonly beginsTurn: boolean;
}

export interface CompressionLimits {
  /** Beyond `high` tokens it is compressed, down to `low`. */
  readonly high: number;
  readonly low: number;
  /** From so many turns on it is compressed whatever its size; null: never. */
  readonly longTurns: number | null;
  /** Of a long conversation at most so many turns are whole, and after a step so many. */
  readonly wholeTurns: { readonly most: number; readonly least: number };
  /** Segments at the end that are never shortened. */
  readonly wholeSegments: number;
}

/**
 * How far to compress, decided as if the conversation was read from its beginning, turn by turn: the extent moves in
 * steps, and between two steps it stays where it is. So what is sent in one turn is the beginning of what is sent in the
 * next, in this process or another, and prompt caches keep working. Pure; linear in the number of segments.
 *
 * @param around Tokens of what stands around the segments: tools, schema.
 */
export function compressionExtent(sizes: readonly SegmentSize[], around: number, limits: CompressionLimits): Extent {
  let shortened = 0;
  let dropped = 0;
  let size = around;
  let turns = 0;
  let turnsShortened = 0;
  const shorten = (count: number) => {
    for (; shortened < count; shortened++) {
      const next = sizes[shortened];
      if (!next) return;
      if (!next.isFixed) size -= next.full - next.short;
      if (next.beginsTurn) turnsShortened++;
    }
  };
  for (const [index, next] of sizes.entries()) {
    size += next.full;
    if (next.beginsTurn) turns++;
    // A request ends with a message of the caller, never in the middle of an exchange.
    const read = index + 1;
    if (limits.longTurns !== null && turns > limits.longTurns && turns - turnsShortened > limits.wholeTurns.most) {
      shorten(startOfTurn(sizes, turns - limits.wholeTurns.least));
    }
    if (size <= limits.high) continue;
    const last = Math.max(shortened, read - limits.wholeSegments);
    while (size > limits.low && shortened < last) shorten(shortened + 1);
    for (; size > limits.low && dropped < shortened; dropped++) {
      const oldest = sizes[dropped];
      if (oldest && !oldest.isFixed) size -= oldest.short;
    }
  }
  return { shortened, dropped };
}

/** The segment with which the turn begins that has so many before it. */
function startOfTurn(sizes: readonly SegmentSize[], before: number): number {
  let turns = 0;
  const start = sizes.findIndex(({ beginsTurn }) => beginsTurn && turns++ === before);
  return start < 0 ? sizes.length : start;
}
