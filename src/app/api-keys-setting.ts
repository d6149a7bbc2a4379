import { z } from 'zod';

/** A shorter key can be guessed; `openssl rand -hex 16` makes a good one. */
export const API_KEY_LENGTH = 16;

/** Keys of the server API with a limited scope. */
export const scopedApiKeysSchema = z
  .array(
    z.strictObject({
      name: z.string().max(100).optional(),
      key: z.string().min(API_KEY_LENGTH),
      methods: z.array(z.string()).optional(),
      namespaces: z.array(z.string()).optional(),
      revoked: z.boolean().optional(),
      perSecond: z.int('must be a whole number').min(1, 'must be 1 or more').max(1_000_000).optional(),
    }),
  )
  .readonly();
