import { z } from 'zod';
import { BACKEND_EVENTS, type BackendEvent } from '../ports/backend.ts';

export type BackendUrls = Readonly<Partial<Record<BackendEvent, string>>>;

const EVENTS = `must have only the keys ${BACKEND_EVENTS.join(', ')}`;
const url = z
  .string('must be an http(s) address')
  .refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''), 'must be an http(s) address');

/** The URLs of a developer's backend, by event. */
export const backendUrlsSchema = z
  .strictObject(Object.fromEntries(BACKEND_EVENTS.map((event) => [event, url.optional()])), { error: EVENTS })
  .transform((urls): BackendUrls => urls as BackendUrls);
