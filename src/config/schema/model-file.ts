import * as z from 'zod';
import { name, optional } from './fields.ts';
import { modelSchema } from './models.ts';

/** `configs/models/<provider>.json`: what farebox knows of a provider's models. */
export const modelFileSchema = z.strictObject({
  $schema: optional.text,
  provider: name,
  notes: optional.texts,
  models: z.array(modelSchema.omit({ provider: true })),
});

export type RawModelFile = z.infer<typeof modelFileSchema>;
