import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { Avatar, hueOf, initialsOf } from './avatar.tsx';

/** Linear red, green and blue, 0 to 1. */
type Rgb = readonly [number, number, number];
type Tokens = ReadonlyMap<string, Rgb>;

const WHITE: Rgb = [1, 1, 1];

describe.each(['light', 'dark'] as const)('the %s theme', (theme) => {
  const tokens = tokensOf(theme);
  const grounds = ['surface', 'raised', 'sunken'];
  const onGrounds = ['ink', 'muted', 'accent', 'danger'].flatMap((text) => grounds.map((on) => [text, on] as const));
  const onOthers = [
    ['ink', 'accent-soft'],
    ['muted', 'accent-soft'],
    ['accent', 'accent-soft'],
    ['danger', 'accent-soft'],
    ['on-accent', 'accent'],
    ['surface', 'danger'],
    ['surface', 'ink'],
  ] as const;

  test.each([...onGrounds, ...onOthers])('%s is readable on %s', (text, on) => {
    expect(contrast(colour(tokens, text), colour(tokens, on))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(grounds)('danger is readable on its own tint on %s', (on) => {
    const danger = colour(tokens, 'danger');
    expect(contrast(danger, mix(danger, colour(tokens, on), 0.1))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(grounds)('faint marks, lines and the focus ring stand out on %s (3 : 1, they carry no text)', (on) => {
    for (const mark of ['faint', 'accent', 'chart-1', 'chart-2', 'chart-3']) {
      expect(contrast(colour(tokens, mark), colour(tokens, on))).toBeGreaterThanOrEqual(3);
    }
  });

  test('has the same tokens as the other', () => {
    expect([...tokens.keys()].sort()).toEqual([...tokensOf(theme === 'light' ? 'dark' : 'light').keys()].sort());
  });
});

describe('an avatar', () => {
  const drawn = (id: string, name = 'Ann Lee') => renderToStaticMarkup(createElement(Avatar, { id, name }));
  const colourOf = (id: string) => /background-color:(oklch\([^)]*\))/.exec(drawn(id))?.[1] ?? '';

  test('has readable white letters at every hue', () => {
    const colours = new Map(Array.from({ length: 5_000 }, (_, id) => [hueOf(`u${id}`), colourOf(`u${id}`)]));
    expect(colours.size).toBe(360);
    for (const text of colours.values()) expect(contrast(WHITE, oklch(text))).toBeGreaterThanOrEqual(4.5);
  });

  test('has the same colour each time, and different people mostly different ones', () => {
    expect(colourOf('ann')).toBe(colourOf('ann'));
    expect(new Set(Array.from({ length: 100 }, (_, id) => hueOf(`user-${id}`))).size).toBeGreaterThan(70);
  });

  test.each([
    ['Ann Lee', 'AL'],
    ['ann', 'A'],
    ['  Ann  van der Lee ', 'AL'],
    ['李小龙', '小龙'],
    ['李', '李'],
    ['𠮷野家', '野家'],
    ['émile zola', 'ÉZ'],
    ['😀 x', '😀X'],
    ['', '?'],
    ['   ', '?'],
  ])('of %j shows %s', (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });

  test('is hidden from screen readers, and its name cannot break out', () => {
    expect(drawn('x', '<b>')).toStartWith('<span class');
    expect(drawn('x', '<b>')).toContain('aria-hidden="true"');
    expect(drawn('x', '<b>')).toContain('&lt;');
  });
});

/** The colours of theme.css for these names in this theme. */
function tokensOf(theme: 'light' | 'dark'): Tokens {
  const css = readFileSync(`${import.meta.dir}/theme.css`, 'utf8');
  const rule = theme === 'light' ? ':root {' : ':root[data-theme="dark"] {';
  const from = css.indexOf(rule);
  const body = css.slice(from, css.indexOf('}', from));
  return new Map(
    [...body.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name ?? '', rgb(hex ?? '')]),
  );
}

function colour(tokens: Tokens, name: string): Rgb {
  const found = tokens.get(name);
  if (found === undefined) throw new Error(`theme.css has no --${name}`);
  return found;
}

function rgb(hex: string): Rgb {
  const channel = (at: number) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return [channel(1), channel(3), channel(5)];
}

function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function encoded(value: number): number {
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
}

/** `share` of one colour blended over another, as browsers do: in sRGB. */
function mix(over: Rgb, under: Rgb, share: number): Rgb {
  const one = (at: 0 | 1 | 2) => linear(encoded(over[at]) * share + encoded(under[at]) * (1 - share));
  return [one(0), one(1), one(2)];
}

/** CSS Color 4, section 10.10; colours outside sRGB are clamped. */
function oklch(text: string): Rgb {
  const [lightness = 0, chroma = 0, hue = 0] = (text.match(/[\d.]+/g) ?? []).map(Number);
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const cut = (value: number) => Math.min(1, Math.max(0, value));
  return [
    cut(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    cut(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    cut(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** WCAG 2.2's contrast ratio, 1 to 21. */
function contrast(one: Rgb, other: Rgb): number {
  const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const [dark = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}
