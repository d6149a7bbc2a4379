import type { Steps } from './markdown-tree.ts';

export type Found = {
  readonly href: string;
  /** The index after the link. */
  readonly end: number;
};

/** Brackets in each other in an address. */
const MOST_BRACKETS = 6;
/** Ends a URL: Chinese text follows it without a space. */
const CJK_PUNCTUATION = /[\u3000-\u303f\u2018-\u201d\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f]/;
const SCHEME = /https?:\/\/|www\./iy;
const HOST = /[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*/uy;
const IN_ANGLES = /<((?:https?|mailto):[^\s<>]*)>/iy;
const MAIL_IN_ANGLES = /<([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})>/y;
const MAIL_DOMAIN = /@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+/y;
const ESCAPED = /\\([!-/:-@[-`{-~])/g;

/** What follows `]`: `(address)` or `(address "title")`. */
export function destinationAt(text: string, from: number, steps: Steps): Found | undefined {
  if (text[from] !== '(') return undefined;
  const start = skipSpace(text, from + 1, steps);
  const address = text[start] === '<' ? inAngles(text, start, steps) : bare(text, start, steps);
  if (address === undefined) return undefined;
  const end = closing(text, address.end, steps);
  return end === undefined ? undefined : { href: address.href.replace(ESCAPED, '$1'), end };
}

/** `<https://a.example>` or `<ann@a.example>`. */
export function angleLinkAt(text: string, from: number, steps: Steps): (Found & { text: string }) | undefined {
  const web = match(IN_ANGLES, text, from, steps);
  if (web?.[1] !== undefined) return { href: web[1], text: web[1], end: from + web[0].length };
  const mail = match(MAIL_IN_ANGLES, text, from, steps);
  if (mail?.[1] === undefined) return undefined;
  return { href: `mailto:${mail[1]}`, text: mail[1], end: from + mail[0].length };
}

/** A web URL in plain text. `inBrackets`: a closing bracket ends it. */
export function webLinkAt(text: string, from: number, inBrackets: boolean, steps: Steps): Found | undefined {
  const scheme = match(SCHEME, text, from, steps)?.[0];
  if (scheme === undefined) return undefined;
  const host = match(HOST, text, from + scheme.length, steps)?.[0];
  if (host === undefined) return undefined;
  let end = from + scheme.length;
  while (end < text.length && !endsAddress(text[end] as string, inBrackets)) end += 1;
  steps.take(end - from);
  end = trimmed(text, from, end, steps);
  if (end <= from + scheme.length) return undefined;
  const address = text.slice(from, end);
  return { href: scheme.toLowerCase() === 'www.' ? `http://${address}` : address, end };
}

/** An email address around the `@` at `at`; `name`: how many characters before it belong to it. */
export function mailLinkAt(
  text: string,
  at: number,
  { from, steps }: { readonly from: number; readonly steps: Steps },
): (Found & { readonly name: number }) | undefined {
  let start = at;
  while (start > from && /[\w.+-]/.test(text[start - 1] as string)) start -= 1;
  steps.take(at - start + 1);
  if (start === at) return undefined;
  const domain = match(MAIL_DOMAIN, text, at, steps)?.[0].replace(/[_-]$/, '');
  if (domain === undefined) return undefined;
  const end = at + domain.length;
  return { href: `mailto:${text.slice(start, end)}`, end, name: at - start };
}

function match(pattern: RegExp, text: string, at: number, steps: Steps): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  const found = pattern.exec(text) ?? undefined;
  // A failing pattern may have scanned everything up to the next character it does not match.
  steps.take(found?.[0].length ?? 1);
  return found;
}

function skipSpace(text: string, from: number, steps: Steps): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\n') at += 1;
  steps.take(at - from + 1);
  return at;
}

function inAngles(text: string, start: number, steps: Steps): Found | undefined {
  let at = start + 1;
  while (at < text.length && !/[<>\n]/.test(text[at] as string)) at += text[at] === '\\' ? 2 : 1;
  steps.take(at - start);
  return text[at] === '>' ? { href: text.slice(start + 1, at), end: at + 1 } : undefined;
}

function bare(text: string, start: number, steps: Steps): Found | undefined {
  let open = 0;
  let at = start;
  for (; at < text.length && (text[at] as string) > ' '; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '(') open += 1;
    else if (text[at] === ')' && open-- === 0) break;
    if (open > MOST_BRACKETS) break;
  }
  steps.take(at - start + 1);
  return open > 0 ? undefined : { href: text.slice(start, at), end: at };
}

/** After the closing bracket, past a title; undefined without one. */
function closing(text: string, from: number, steps: Steps): number | undefined {
  const at = skipSpace(text, from, steps);
  if (text[at] === ')') return at + 1;
  const quote = text[at];
  if (at === from || (quote !== '"' && quote !== "'")) return undefined;
  const end = text.indexOf(quote, at + 1);
  steps.take((end === -1 ? text.length : end) - at);
  if (end === -1) return undefined;
  const last = skipSpace(text, end + 1, steps);
  return text[last] === ')' ? last + 1 : undefined;
}

function endsAddress(character: string, inBrackets: boolean): boolean {
  return (
    character <= ' ' || '<`'.includes(character) || (inBrackets && character === ']') || CJK_PUNCTUATION.test(character)
  );
}

/** Without the punctuation of the sentence around it. */
function trimmed(text: string, from: number, to: number, steps: Steps): number {
  let end = to;
  let surplus = 0;
  for (let at = from; at < to; at += 1) surplus += text[at] === ')' ? 1 : text[at] === '(' ? -1 : 0;
  for (; end > from; end -= 1) {
    const last = text[end - 1] as string;
    if (last === ')' && surplus > 0) surplus -= 1;
    else if (!'?!.,:;*_~\'"'.includes(last)) break;
  }
  steps.take(to - from);
  return end;
}
