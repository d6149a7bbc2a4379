import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import i18next from 'i18next';
import { BanyanError, errorFromReply } from '../../client/errors.ts';
import { ERRORS } from '../contracts/errors.ts';
import { errorText, failureText } from './error-text.ts';
import { uiLocale } from './locale.ts';
import { serverErrorsZh } from './locale-errors.ts';

const FEATURES = join(import.meta.dir, '..', 'features');
const CONTRACTS = join(import.meta.dir, '..', 'contracts');
/** Seen only by faulty programs, and SQL operators. */
const FOR_PROGRAMS = [
  'must be true or false',
  ...['is', 'is not', 'not in'],
  'must be the `next` of an earlier page',
  'must be the id of a group',
  'must be 8 to 64 of A-Z, a-z, 0-9, "_" or "-"',
  'takes one of before, after and around',
];

const translated = (language: 'en' | 'zh') => {
  const texts = Object.fromEntries(Object.entries(serverErrorsZh).map(([words, text]) => [`error/${words}`, text]));
  const resources = { en: { translation: {} }, zh: { translation: texts } };
  const instance = i18next.createInstance({ lng: language, resources, keySeparator: false, nsSeparator: false });
  void instance.init();
  return (name: 'internal' | 'limitExceeded' | 'conflict' | 'timeout', message?: string) =>
    errorText(new BanyanError(name, message === undefined ? {} : { message }), instance.t);
};

test("an English reader gets the server's own words", () => {
  expect(translated('en')('conflict', 'this handle is taken')).toBe('this handle is taken');
});

test('a Chinese reader gets them in Chinese, numbers included, or else the kind of error', () => {
  const inChinese = translated('zh');
  expect(inChinese('conflict', 'this handle is taken')).toBe('这个用户名已被使用');
  expect(inChinese('limitExceeded', 'a group has at most 100 invitations')).toBe('一个群最多有 100 个邀请链接');
  expect(inChinese('conflict', 'no such person: u1')).toBe('与现有内容冲突');
  expect(inChinese('timeout')).toBe('服务器没有及时回应');
});

test.each([
  [
    'en',
    'Name of the group must be one line of text',
    'this person left the group and can come back only by an invitation',
  ],
  ['zh', '群聊名称只能是一行文字', '对方已退出该群，只能通过邀请链接回来'],
] as const)('an error of a live connection names its field, in %s', (language, title, users) => {
  const zh = Object.entries(serverErrorsZh).map(([words, text]) => [`error/${words}`, text]);
  const texts = { ...uiLocale[language], ...(language === 'zh' && Object.fromEntries(zh)) };
  const instance = i18next.createInstance({
    ...{ lng: language, resources: { [language]: { translation: texts } } },
    ...{ keySeparator: false, nsSeparator: false },
  });
  void instance.init();
  const told = (code: number, message: string) => failureText(errorFromReply({ code, message }), instance.t);
  expect(told(400, 'title: must be one line of text')).toBe(title);
  // A field without a translation is not named: people do not know operations.
  const words = 'this person left the group and can come back only by an invitation';
  expect(told(103, `users: ${words}`)).toBe(users);
  expect(told(103, words)).toBe(users);
});

test.each([
  ['must not be empty', 'Channel must not be empty', '频道不能为空'],
  ['must have at most 255 characters', 'Channel must have at most 255 characters', '频道最多 255 个字符'],
  [
    'must be valid text without control characters',
    'Channel must be valid text without control characters',
    '频道含有无法识别的字符或控制字符',
  ],
])('opening a channel whose name %s shows the reason', (rule, english, chinese) => {
  for (const [language, text] of [
    ['en', english],
    ['zh', chinese],
  ] as const) {
    const zh = Object.entries(serverErrorsZh).map(([words, each]) => [`error/${words}`, each]);
    const texts = { ...uiLocale[language], ...(language === 'zh' && Object.fromEntries(zh)) };
    const instance = i18next.createInstance({
      ...{ lng: language, resources: { [language]: { translation: texts } } },
      ...{ keySeparator: false, nsSeparator: false },
    });
    void instance.init();
    expect(failureText(errorFromReply({ code: 107, message: `channel: ${rule}` }), instance.t)).toBe(text);
  }
});

test('every error of channels in the console has a Chinese text', () => {
  const said = ['access/permissions', 'channels/publisher', 'maps/maps', 'channels/channel-reads'].flatMap((name) => {
    const text = readFileSync(join(FEATURES, '..', 'core', `${name}.ts`), 'utf8');
    const literals = [
      ...text.matchAll(
        /(?:message(?:: |\s*=\s*)|\? |: |DAMAGED = |NO_HISTORY = )(['`])((?:must|this|no|at most|the stored)\b.*?)\1/g,
      ),
    ];
    return literals.map(([, , words = '']) => words);
  });
  expect(said.length).toBeGreaterThan(12);
  // A placeholder of a number, or a number.
  const open = said.map((words) =>
    words.replace(/\$\{[^}]*\}|\d[\d,]*/, '{{number}}').replace(/\$\{KEY_LENGTH\}/, '255'),
  );
  expect(open.filter((words) => serverErrorsZh[words] === undefined)).toEqual([]);
});

test('an unexpected error shows no internals', () => {
  expect(errorText(new TypeError('x.y is not a function'), i18next.createInstance({ lng: 'en' }).t)).not.toContain(
    'x.y',
  );
});

test('every kind of error has a text in Chinese', () => {
  expect(Object.keys(ERRORS).filter((name) => serverErrorsZh[name] === undefined)).toEqual([]);
});

test('every error message of the features has a Chinese text', () => {
  const said = sources().flatMap((text) =>
    [
      ...text.matchAll(
        /(?:message: |denied\(|\) \? |: |, )'((?:must|is|no|this|the|only|not|guests|transfer|handle(?=,)|looks|another|make|too|you|registration|an)\b[^']*)'/g,
      ),
      ...text.matchAll(/(?:message: |denied\()"([^"]*)"/g),
    ].map(([, words]) => words ?? ''),
  );
  const open = said.map((words) => words.replace(/\d[\d,]*/, '{{number}}'));
  expect(said.length).toBeGreaterThan(30);
  expect(
    open.filter((words, at) => serverErrorsZh[words] === undefined && !FOR_PROGRAMS.includes(said[at] ?? '')),
  ).toEqual([]);
});

/** The features' server code, and the contracts whose rules forms show. */
function sources(): string[] {
  const folders = ['accounts', 'chat', 'console'].flatMap((name) => [join(FEATURES, name), join(CONTRACTS, name)]);
  const shownByForms = [join(CONTRACTS, 'platform', 'contract.ts'), join(CONTRACTS, 'app-settings.ts')];
  const inFolders = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'common-passwords.ts')
      .map((name) => readFileSync(join(folder, name), 'utf8')),
  );
  return [...inFolders, ...shownByForms.map((path) => readFileSync(path, 'utf8'))];
}
