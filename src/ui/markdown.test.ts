import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { isSafeLink, Markdown, plainText, readMarkdown } from './markdown.tsx';
import { Steps } from './markdown-tree.ts';

/** The HTML of a text, without class names and the outer element. */
function html(text: string): string {
  const whole = renderToStaticMarkup(createElement(Markdown, { text })).replaceAll(/ (?:class|dir)="[^"]*"/g, '');
  return whole.slice('<div>'.length, -'</div>'.length);
}

const linked = (href: string, text = href) =>
  `<a href="${href}" target="_blank" rel="noopener noreferrer nofollow" tabindex="-1">${text}</a>`;
const hrefs = (text: string) => [...html(text).matchAll(/ href="([^"]*)"/g)].map(([, href]) => href);
const filled = (pattern: string) => pattern.repeat(Math.ceil(8_000 / pattern.length)).slice(0, 8_000);

describe('a message’s Markdown', () => {
  test.each([
    ['**b** _i_ ~~d~~ `c`', '<p><strong>b</strong> <em>i</em> <del>d</del> <code>c</code></p>'],
    ['***both***', '<p><em><strong>both</strong></em></p>'],
    ['a\nb\n\nc', '<p>a<br/>b</p><p>c</p>'],
    ['snake_case_name and 2 * 3', '<p>snake_case_name and 2 * 3</p>'],
    ['不是**加粗**吗', '<p>不是<strong>加粗</strong>吗</p>'],
    ['# 1', '<p>1</p>'],
    ['#1', '<p>#1</p>'],
    ['> a\n> b', '<blockquote><p>a<br/>b</p></blockquote>'],
    ['- a\n- [x] b', '<ul><li><span>a</span></li><li><span>☑ </span><span>b</span></li></ul>'],
    ['3. a\n4. b', '<ol start="3"><li><span>a</span></li><li><span>b</span></li></ol>'],
    ['```js\n1 < 2\n```', '<pre tabindex="0"><code>1 &lt; 2</code></pre>'],
    ['| a |\n|---|\n| b |', '<p>| a |<br/>|---|<br/>| b |</p>'],
    ['a\\*b\\*', '<p>a*b*</p>'],
    ['**open', '<p>**open</p>'],
    ['', ''],
  ])('renders %j', (text, expected) => {
    expect(html(text)).toBe(expected);
  });

  // CommonMark 0.31, example numbers in its section 6.2; CJK ones from github.com/tats-u/markdown-cjk-friendly.
  test.each([
    ['*foo bar*', '<p><em>foo bar</em></p>'],
    ['a * foo bar*', '<p>a * foo bar*</p>'],
    ['**foo "*bar*" foo**', '<p><strong>foo &quot;<em>bar</em>&quot; foo</strong></p>'],
    ['*foo**bar**baz*', '<p><em>foo**bar**baz</em></p>'],
    ['*foo **bar** baz*', '<p><em>foo <strong>bar</strong> baz</em></p>'],
    ['***foo** bar*', '<p><em><strong>foo</strong> bar</em></p>'],
    ['*foo **bar***', '<p><em>foo <strong>bar</strong></em></p>'],
    ['**foo*', '<p>*<em>foo</em></p>'],
    ['*foo**', '<p><em>foo</em>*</p>'],
    ['*foo _bar* baz_', '<p><em>foo _bar</em> baz_</p>'],
    ['foo***bar***baz 中***文***字', '<p>foo***bar***baz 中<em><strong>文</strong></em>字</p>'],
    ['_foo_bar_baz_', '<p><em>foo_bar_baz</em></p>'],
    ['пристаням_стремятся_', '<p>пристаням_стремятся_</p>'],
    ['foo-_(bar)_', '<p>foo-<em>(bar)</em></p>'],
    ['`a*`*b*', '<p><code>a*</code><em>b</em></p>'],
    ['`` a`b ``', '<p><code>a`b</code></p>'],
    ['**注意：**今天', '<p><strong>注意：</strong>今天</p>'],
    ['这是**「重要」**的', '<p>这是<strong>「重要」</strong>的</p>'],
    ['**“重要”**的', '<p><strong>“重要”</strong>的</p>'],
    ['これは*強調。*です', '<p>これは<em>強調。</em>です</p>'],
    ['한국어**강조(괄호)**는', '<p>한국어<strong>강조(괄호)</strong>는</p>'],
    ['**(note)**. *a*!', '<p><strong>(note)</strong>. <em>a</em>!</p>'],
    ['a ~~b *c*~~ d', '<p>a <del>b <em>c</em></del> d</p>'],
  ])('pairs the marks of %j', (text, expected) => {
    expect(html(text)).toBe(expected);
  });

  test.each([
    '14:00~15:00，评审 16:00~17:00',
    '2*3*4 and 10~~20~~30',
    '__init__ and __name__',
    'src/*.ts and lib/*.js',
    '**/*.ts and **/*.js',
    'C:\\new\\_x\\* and D:\\_y_\\',
    '\\\\server\\_share_\\*x*',
    'a\\b \\d+ \\(x\\) 50\\%',
    'snake_case_name * 2',
    '#5 and #tag',
    '1986.was a year',
  ])('removes nothing from %j', (text) => {
    expect(html(text)).toBe(`<p>${text}</p>`);
    expect(plainText(text)).toBe(text);
  });

  test.each([
    ['```\nif x:\n    y()\n\n\tz\n```', '<pre tabindex="0"><code>if x:\n    y()\n\n\tz</code></pre>'],
    ['    if x:\n        y()', '<pre tabindex="0"><code>if x:\n    y()</code></pre>'],
    ['- a\n\n  ```\n    b\n  ```', '<ul><li><span>a</span><pre tabindex="0"><code>  b</code></pre></li></ul>'],
    ['def f():\n    return 1', '<p>def f():<br/>    return 1</p>'],
    ['```\nopen', '<pre tabindex="0"><code>open</code></pre>'],
    ['> a\nb', '<blockquote><p>a</p></blockquote><p>b</p>'],
    [
      '1. a\n   - b\n2. c',
      '<ol start="1"><li><span>a</span><ul><li><span>b</span></li></ul></li><li><span>c</span></li></ol>',
    ],
    ['I was born in\n1986. What a year', '<p>I was born in<br/>1986. What a year</p>'],
    ['-', '<p>-</p>'],
    ['#', '<p>#</p>'],
    ['# a #', '<p>a</p>'],
  ])('keeps the lines of %j', (text, expected) => {
    expect(html(text)).toBe(expected);
  });

  test('keeps every character of a text that is too long for it', () => {
    expect(html('*a* '.repeat(3_000))).toBe('*a* '.repeat(3_000));
  });
});

describe('raw HTML', () => {
  test.each([
    '<b>x</b>',
    '&#60;b&#62;',
    '&#x3c;script>',
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    'a <svg/onload=alert(1)> b',
    '<a href="javascript:alert(1)">x</a>',
    '<!-- <b> -->',
    '<div\nonclick="x">',
    '- <iframe src="//a">',
    '> <style>*{}</style>',
    '| <b> |\n|---|\n| <i> |',
    '`<b>`',
    '```<b>\n<i>\n```',
    '**<b>**',
    '[<b>](https://a.example)',
  ])('is text: %j', (text) => {
    const tags = [...html(text).matchAll(/<\/?([a-z]+)/g)].map(([, tag]) => tag);
    expect(
      tags.filter((tag) => !'p br strong em del code pre a ul li ol span blockquote'.split(' ').includes(tag ?? '')),
    ).toEqual([]);
    expect(hrefs(text).filter((href) => href !== 'https://a.example')).toEqual([]);
  });

  test.each(['&lt;b&gt;', 'AT&amp;T', '`&lt;`', '&nbsp;'])('entities stay as typed: %j', (text) => {
    expect(html(text)).toContain(text.replaceAll('`', '').replaceAll('&', '&amp;'));
  });
});

describe('links', () => {
  test.each([
    ['https://a.example', linked('https://a.example')],
    ['[x](https://a.example/b?c=1 "title")', linked('https://a.example/b?c=1', 'x')],
    ['[**x**](http://a.example)', linked('http://a.example', '<strong>x</strong>')],
    ['<https://a.example>', linked('https://a.example')],
    ['www.a.example', linked('http://www.a.example', 'www.a.example')],
    ['ann@a.example', linked('mailto:ann@a.example', 'ann@a.example')],
    // A definition that showed nothing could hide in a message.
    ['[a]\n\n[a]: https://a.example', linked('https://a.example')],
    ['[https://b.example](https://a.example)', linked('https://a.example', 'https://b.example')],
    ['[](https://a.example)', linked('https://a.example')],
  ])('%j opens elsewhere without referrer', (text, expected) => {
    expect(html(text)).toContain(expected);
  });

  test.each([
    ['see https://a.example.', 'https://a.example'],
    ['(https://a.example/b)', 'https://a.example/b'],
    ['https://a.example/b_(c)', 'https://a.example/b_(c)'],
    ['**https://a.example**', 'https://a.example'],
    ['https://a.example/?a=1&b=2', 'https://a.example/?a=1&amp;b=2'],
    ['https://a.example/~ann/x_y_z', 'https://a.example/~ann/x_y_z'],
    ['看https://a.example/b。谢谢', 'https://a.example/b'],
    ['见 https://a.example，然后', 'https://a.example'],
    ['（https://a.example/b）', 'https://a.example/b'],
    ['“https://a.example”好', 'https://a.example'],
    ['https://a.example/维基', 'https://a.example/维基'],
  ])('an address ends where the sentence goes on: %j', (text, href) => {
    expect(hrefs(text)).toEqual([href]);
    expect(plainText(text)).toBe(text.replaceAll('**', ''));
  });

  test('a picture is a link: no server learns who reads here', () => {
    expect(html('![cat](https://a.example/cat.png)')).toBe(`<p>${linked('https://a.example/cat.png', 'cat')}</p>`);
    expect(hrefs('![](https://a.example/cat.png)')).toEqual(['https://a.example/cat.png']);
  });

  test.each([
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](<java\tscript:alert(1)>)',
    '[x](<\u0001javascript:alert(1)>)',
    '[x](&#106;avascript:alert(1))',
    '[x](javascript&colon;alert(1))',
    '[x](javascript\\:alert(1))',
    '[x](data:text/html;base64,PHNjcmlwdD4=)',
    '[x](vbscript:a)',
    '[x](blob:https://a.example/1)',
    '[x](file:///etc/passwd)',
    '[x](//a.example)',
    '[x](/api/v1/accounts.signOut)',
    '[x](#top)',
    '![x](javascript:alert(1))',
    '<javascript:alert(1)>',
    '[x]\n\n[x]: javascript:alert(1)',
    'ftp://a.example',
  ])('leads nowhere: %j', (text) => {
    expect(hrefs(text)).toEqual([]);
  });

  test('any link leads to the web or to email', () => {
    const pieces = fc.constantFrom(
      ...['[', ']', '(', ')', '<', '>', '!', ':', '//', '\\', '&#', ';', '\n', '\t', '\0', '"', '`', '*', '_', ' '],
      ...['javascript', 'data', 'https', 'mailto', 'www.', 'a.example', '@', 'x', '好', '。', '58', '&colon;'],
    );
    const text = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (typed) => {
        for (const href of hrefs(typed)) expect(isSafeLink((href ?? '').replaceAll('&amp;', '&'))).toBe(true);
        expect(html(typed)).not.toMatch(/<(?!\/?(?:p|br|strong|em|del|code|pre|a|ul|ol|li|span|blockquote)\b)/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('8,000 characters of hostile input', () => {
  const bombs = [
    '*',
    '*a ',
    '_*a',
    '*a **b ',
    '__a',
    '中*',
    '~~a',
    '[',
    '![',
    '[a](',
    '[](',
    '<a ',
    '<',
    '`',
    '`a',
    '|',
    '\\',
    '&',
  ];
  const deep = ['> ', '>', '- ', '1. ', '> - ', '- > 1. '];
  const lines = ['- a\n', '> a\n', 'a\n===\n', '|a|\n|-|\n', '[a]: b\n', '  \n', '<a\n', '```\n'];
  const edges = ['http://a(', 'www.', 'a@', '<!--', '😀*', '\u2028', '\r'];

  test.each([...bombs, ...deep, ...lines, ...edges])('%j repeated is rendered', (pattern) => {
    const text = filled(pattern);
    const drawn = html(text);
    plainText(text);
    expect(depthOf(drawn)).toBeLessThan(30);
  });

  test.each([...bombs, ...deep, ...lines, ...edges])('CH13 doubling %j doubles the work', (pattern) => {
    expect(workOf(filled(pattern)) / workOf(filled(pattern).slice(0, 4_000))).toBeLessThan(2.5);
  });

  test('CH13 the reported shapes are parsed, in linear work', () => {
    for (const make of [(n: number) => '- '.repeat(n), (n: number) => `${'*'.repeat(n)}a${'*'.repeat(n - 1)}`]) {
      expect(workOf(make(4_000)) / workOf(make(2_000))).toBeLessThan(2.5);
      expect(workOf(make(4_000))).toBeLessThan(8_000 * 50);
    }
  });

  test('CH13 no shape costs more work than its length allows', () => {
    const pieces = [...bombs, ...deep, ...lines, ...edges, '**', '_', '~~', ']', ')', '](', '(', '"', "'", ' ', '\n'];
    const extra = [
      'a',
      '中',
      '。',
      '\\*',
      '<http:',
      '](b "',
      '](<',
      '](((',
      'C:\\',
      '`````',
      '    ',
      '\t',
      '***a',
      'b***',
    ];
    const shape = fc
      .array(fc.constantFrom(...pieces, ...extra), { minLength: 1, maxLength: 4 })
      .map((all) => all.join(''));
    const text = fc
      .tuple(shape, shape, shape, fc.integer({ min: 0, max: 8_000 }))
      .map(([a, b, c, at]) => filled(a).slice(0, at) + b + filled(c).slice(0, 8_000 - at))
      .map((whole) => whole.slice(0, 8_000));
    fc.assert(
      fc.property(text, (typed) => {
        // Above this the text would have been given up.
        expect(workOf(typed)).toBeLessThan(8_000 * 50);
      }),
      { numRuns: 400 },
    );
  }, 30_000);

  test('a too deeply nested text is shown as typed', () => {
    expect(html(`${'> '.repeat(100)}end`)).toBe(`${'&gt; '.repeat(100)}end`);
    expect(html(`${'> '.repeat(5)}end`)).toBe(`${'<blockquote>'.repeat(5)}<p>end</p>${'</blockquote>'.repeat(5)}`);
  });
});

describe('a preview', () => {
  test.each([
    ['**b** _i_ ~~d~~ `c` [l](https://a.example)', 'b i d c l'],
    ['# title\ntext', 'title text'],
    ['a\n\nb\nc', 'a b c'],
    ['- a\n  - b\n- [x] c', 'a b ☑ c'],
    ['> quoted\n\nanswer', 'quoted answer'],
    ['```\nlet a\nlet b\n```\nafter', 'let a let b after'],
    ['<b>x</b> &lt;', '<b>x</b> &lt;'],
    ['![](https://a.example/cat.png)', 'https://a.example/cat.png'],
    ['14:00~15:00 2*3*4 __init__', '14:00~15:00 2*3*4 __init__'],
    ['  ', ''],
  ])('of %j is one line without marks', (text, expected) => {
    expect(plainText(text)).toBe(expected);
  });
});

/** Steps of parsing the text, independent of the machine. */
function workOf(text: string): number {
  const steps = new Steps(text.length);
  readMarkdown(text, steps);
  return steps.taken;
}

/** The nesting depth of the elements. */
function depthOf(markup: string): number {
  let [depth, deepest] = [0, 0];
  for (const [, closes, empty] of markup.matchAll(/<(\/?)[a-z]+[^>]*?(\/?)>/g)) {
    if (empty === '') depth += closes === '' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

describe('CH14 bidi controls', () => {
  // Unicode Standard Annex #9: LRE, RLE, PDF, LRO, RLO and the isolates.
  const controls = ['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069'];

  test('reorder nothing in a message or its preview', () => {
    for (const control of controls) {
      const typed = `abc${control}gpj.exe **a${control}b** \`c${control}\` https://a.example/${control}x`;
      expect(html(typed)).not.toContain(control);
      expect(plainText(typed)).not.toContain(control);
    }
    expect(html('abc\u202egpj.exe')).toBe('<p>abcgpj.exe</p>');
  });

  test('right-to-left text keeps its marks, and each block its own direction', () => {
    const typed = 'שלום\u200f! (2026)\n\nhello';
    const drawn = renderToStaticMarkup(createElement(Markdown, { text: typed }));
    expect(drawn).toContain('<p dir="auto">שלום\u200f! (2026)</p><p dir="auto">hello</p>');
    expect(renderToStaticMarkup(createElement(Markdown, { text: '> א\n\n- ב' }))).toMatch(
      /<blockquote dir="auto".*<li dir="auto"/,
    );
  });
});
