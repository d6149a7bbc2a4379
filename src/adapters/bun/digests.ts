import { createHash, createHmac } from 'node:crypto';
import type { Digests } from '../../ports/digests.ts';

export const digests: Digests = {
  hmacSha256: (secret, text) => createHmac('sha256', secret).update(text).digest('hex'),
  md5: (bytes) => createHash('md5').update(bytes).digest('hex'),
};
