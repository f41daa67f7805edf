import * as z from 'zod';
import { optional } from './fields.ts';

const perSlot = z.strictObject({
  primary: optional.share,
  secondary: optional.share,
  tertiary: optional.share,
  fallback: optional.share,
});

export const estimatedCostsSchema = z
  .strictObject({
    monthly: z.strictObject({ low: optional.dollars, typical: optional.dollars, high: optional.dollars }).optional(),
    perRequest: z
      .strictObject({ simple: optional.dollars, medium: optional.dollars, complex: optional.dollars })
      .optional(),
    breakdown: perSlot.optional(),
    savingsVsBaseline: optional.share,
    annualSavings: optional.dollars,
  })
  .describe('What the author of the profile expected; reports show what was really spent.');

export const metadataSchema = z.strictObject({
  createdAt: optional.text,
  updatedAt: optional.text,
  author: optional.text,
  tags: optional.texts,
  recommendedFor: optional.texts,
});
