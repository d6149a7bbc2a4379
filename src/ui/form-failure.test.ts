import { describe, expect, test } from 'bun:test';
import i18next from 'i18next';
import { BanyanError } from '../../client/errors.ts';
import { chatContract } from '../contracts/chat/contract.ts';
import { platformContract } from '../contracts/platform/contract.ts';
import { checkOf } from './form-check.ts';
import {
  type FormFailure,
  failureOf,
  failureOfRules,
  fieldText,
  NO_FAILURE,
  waitOf,
  wholeText,
  withoutField,
} from './form-failure.ts';
import { uiLocale } from './locale.ts';

const language = i18next.createInstance();
void language.init({
  ...{ lng: 'en', resources: { en: { translation: uiLocale.en } }, keySeparator: false, nsSeparator: false },
});
const isShown = (name: string) => name === 'title' || name === 'webhooks';
const refusal = (...parts: ConstructorParameters<typeof BanyanError>) => failureOf(new BanyanError(...parts), isShown);
const at = (failure: FormFailure, path: string) => fieldText(failure, path, language.t);
const whole = (failure: FormFailure, seconds = waitOf(failure)) => wholeText(failure, seconds, language.t);

describe('what the server says against a form (WA5)', () => {
  test('appears at the field it names', () => {
    const failure = refusal('invalidInput', { field: 'title', message: 'must be one line of text' });
    expect([at(failure, 'title'), whole(failure)]).toEqual(['must be one line of text', undefined]);
  });

  test('appears at the list item it names, and is found from the whole list', () => {
    const failure = refusal('invalidInput', { field: 'webhooks.1.url', message: 'is too long' });
    expect(
      ['webhooks.1.url', 'webhooks.1', 'webhooks', 'webhooks.0', 'webhooks.10'].map((path) => at(failure, path)),
    ).toEqual([...['is too long', 'is too long', 'is too long', undefined, undefined]]);
  });

  test('concerns the whole form where no field has the name', () => {
    const failure = refusal('invalidInput', { field: 'channel', message: 'is too long' });
    expect([at(failure, 'channel'), whole(failure)]).toEqual([undefined, 'Channel is too long']);
    expect(whole(refusal('conflict', { message: 'this handle is taken' }))).toBe('this handle is taken');
  });

  test('says nothing of our insides when it is a bug', () => {
    expect(whole(failureOf(new TypeError('x.y is not a function'), isShown))).not.toContain('x.y');
  });

  test('shows a wait in seconds or minutes, and nothing once it is over', () => {
    const failure = refusal('rateLimited', { retryAfter: 89 });
    expect(whole(failure)).toBe('Too many attempts. Try again in 89 s.');
    expect([whole(failure, 90), whole(failure, 121), whole(failure, 0)]).toEqual([
      ...['Too many attempts. Try again in 2 min.', 'Too many attempts. Try again in 3 min.', undefined],
    ]);
  });

  test.each([['timeout'], ['connectionLost']] as const)('a %s is explained', (name) => {
    expect(whole(refusal(name))).toBe('The server cannot be reached. Try again.');
  });
});

describe('another value (WA5)', () => {
  test('clears what was wrong with the field and the whole, and leaves the other fields', () => {
    const rules = new Map([
      ['title', 'is missing'],
      ['webhooks.0.url', 'is too long'],
      ['key', 'is missing'],
    ]);
    const failure = withoutField(failureOfRules(rules, isShown), 'title', false);
    expect([at(failure, 'title'), at(failure, 'webhooks'), whole(failure)]).toEqual([
      undefined,
      'is too long',
      undefined,
    ]);
  });

  test('leaves a wait, unless attempts are counted by the field', () => {
    const failure = refusal('rateLimited', { retryAfter: 5 });
    expect(withoutField(failure, 'title', false)).toEqual(failure);
    expect(withoutField(failure, 'title', true)).toEqual(NO_FAILURE);
  });
});

describe('the check before sending (WA4)', () => {
  test('says of every wrong field what the server would say of the first', async () => {
    const check = checkOf(async () => platformContract.createApp);
    const input = { name: ' ', key: 'a b', maxConnections: -1, webhooks: [{ url: 'ftp://x' }] };
    expect([...(await check(input))]).toEqual([
      ['name', 'must not be empty'],
      ['key', 'must be 1 to 64 letters, digits, "_" or "-"'],
      ['maxConnections', 'must be 0 or more'],
      ['webhooks.0.url', 'must be an http(s) address'],
    ]);
  });

  test('has no objection to what the contract takes', async () => {
    const check = checkOf(async () => chatContract.createGroup);
    expect((await check({ title: 'Garden', key: 'a-good-key', members: [] })).size).toBe(0);
  });

  test('leaves it to the server when its code cannot be loaded', async () => {
    const check = checkOf(() => Promise.reject(new Error('no line')));
    check.preload();
    expect((await check({})).size).toBe(0);
  });
});
