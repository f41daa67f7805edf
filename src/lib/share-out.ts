/**
 * A whole number divided among weights (whole numbers ≥ 0) by largest remainder: each gets its quota rounded up or down,
 * and all together get exactly `total`. Equal shares where all weights are 0; of equal remainders the first one wins.
 */
export function shareOut(total: number, weights: readonly number[]): readonly number[] {
  const given = weights.some((weight) => weight > 0) ? weights : weights.map(() => 1);
  const sum = given.reduce((all, weight) => all + BigInt(weight), 0n);
  const quotas = given.map((weight) => BigInt(total) * BigInt(weight));
  return roundTogether(quotas, sum, BigInt(total));
}

/**
 * The quotients of amounts by a divisor, each rounded up or down, so that all together are their sum rounded up: the
 * largest remainders are rounded up.
 */
export function divideTogether(amounts: readonly bigint[], divisor: bigint): readonly number[] {
  const sum = amounts.reduce((all, amount) => all + amount, 0n);
  return roundTogether(amounts, divisor, (sum + divisor - 1n) / divisor);
}

function roundTogether(amounts: readonly bigint[], divisor: bigint, total: bigint): readonly number[] {
  const shares = amounts.map((amount) => amount / divisor);
  const left = Number(total - shares.reduce((all, share) => all + share, 0n));
  const byRemainder = amounts
    .map((amount, index) => ({ index, remainder: amount % divisor }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder < b.remainder ? 1 : -1));
  for (const { index } of byRemainder.slice(0, left)) shares[index] = (shares[index] ?? 0n) + 1n;
  return shares.map(Number);
}
