/** Whether a JSON value is nested more levels deep than that; without recursion, so that none can use up the stack. */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    const below: unknown[] = [];
    for (const entry of level) {
      if (typeof entry === 'object' && entry !== null) for (const part of Object.values(entry)) below.push(part);
    }
    level = below;
  }
  return false;
}
