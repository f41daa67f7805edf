import { BRAIN_CLAIMS } from './brain-claims.ts';
import type { Claim } from './claim.ts';
import { PRICE_CLAIMS } from './price-claims.ts';
import { RETURN_CLAIMS } from './return-claims.ts';
import { ROLE_CLAIMS } from './role-claims.ts';
import { SCENARIO_CLAIMS } from './scenario-claims.ts';

/** Every claim of the design documents that has a figure, in the order of the documents. */
export const CLAIMS: readonly Claim[] = [
  ...SCENARIO_CLAIMS,
  ...PRICE_CLAIMS,
  ...RETURN_CLAIMS,
  ...BRAIN_CLAIMS,
  ...ROLE_CLAIMS,
];
