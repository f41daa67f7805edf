import { FareboxError } from '../domain/errors.ts';

const LONGEST = 200;
const UNFIT = /[\p{Cc}\p{Surrogate}]/u;

/** Returns the id. Throws `invalid_request` for one that nobody could type again. */
export function checkThreadId(id: string): string {
  if (id.length > 0 && id.length <= LONGEST && id.trim() === id && !UNFIT.test(id)) return id;
  const shown = JSON.stringify(id.slice(0, 60));
  throw new FareboxError('invalid_request', `${shown} is no id of a thread.`, {
    remedy: `Use 1 to ${LONGEST} characters on one line, without spaces around them.`,
  });
}
