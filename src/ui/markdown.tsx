import type { MarkedToken, Token, Tokens } from 'marked';
import { Fragment, memo, type ReactNode } from 'react';
import { childrenOf, lex } from './markdown-lexer.ts';

/** A message's text with its Markdown subset drawn. Never raw HTML: what looks like it is shown as text. */
export const Markdown = memo(function Markdown({ text }: { readonly text: string }) {
  return <div className="flex flex-col gap-1 whitespace-pre-wrap">{renderMarkdown(text)}</div>;
});

/** The text as elements; texts beyond the subset's bounds, or that the lexer gives up on, as plain text. */
export function renderMarkdown(text: string): ReactNode {
  const tokens = lex(text);
  return tokens === undefined ? text : blocks(tokens);
}

/** The text in one line without its marks, for lists and previews. */
export function plainText(text: string): string {
  return (lex(text)?.map(plain).join('') ?? text).replace(/\s+/g, ' ').trim();
}

function plain(token: Token): string {
  const children = childrenOf(token).map(plain);
  switch (token.type) {
    case 'paragraph':
    case 'heading':
    case 'code':
      return `${children.join('') || token.text} `;
    case 'list_item':
      return `${children.join(' ')} `;
    case 'checkbox':
      return token.checked ? '☑' : '☐';
    case 'br':
      return ' ';
    default:
      return children.join('') || ('text' in token && token.text !== '' ? token.text : token.raw);
  }
}

function blocks(tokens: readonly Token[]): ReactNode {
  return tokens.map((token, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of one text never move
    return <Fragment key={index}>{block(token as MarkedToken)}</Fragment>;
  });
}

function block(token: MarkedToken): ReactNode {
  switch (token.type) {
    case 'paragraph':
      return <p>{inlines(token.tokens)}</p>;
    case 'text':
      return token.tokens === undefined ? <span>{token.text}</span> : <span>{inlines(token.tokens)}</span>;
    // In a chat "# 1" is more often a number than a title.
    case 'heading':
      return <p className="font-semibold">{inlines(token.tokens)}</p>;
    case 'code':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the screen can be scrolled by keyboard
        <pre tabIndex={0} className="overflow-x-auto rounded-lg border border-line bg-sunken p-3 text-sm">
          <code>{token.text}</code>
        </pre>
      );
    case 'blockquote':
      return <blockquote className="border-l-2 border-line pl-3 text-muted">{blocks(token.tokens)}</blockquote>;
    case 'list':
      return <List token={token} />;
    case 'space':
      return null;
    case 'checkbox':
      return <span>{token.checked ? '☑ ' : '☐ '}</span>;
    default:
      return <p>{token.raw.trimEnd()}</p>;
  }
}

function List({ token }: { readonly token: Tokens.List }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: the items of one text never move
  const items = token.items.map((item, index) => <li key={index}>{blocks(item.tokens)}</li>);
  if (!token.ordered) return <ul className="list-disc pl-6 whitespace-normal">{items}</ul>;
  return (
    <ol start={typeof token.start === 'number' ? token.start : 1} className="list-decimal pl-6 whitespace-normal">
      {items}
    </ol>
  );
}

function inlines(tokens: readonly Token[]): ReactNode {
  return tokens.map((token, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of one text never move
    return <Fragment key={index}>{inline(token as MarkedToken)}</Fragment>;
  });
}

function inline(token: MarkedToken): ReactNode {
  switch (token.type) {
    case 'strong':
      return <strong>{inlines(token.tokens)}</strong>;
    case 'em':
      return <em>{inlines(token.tokens)}</em>;
    case 'del':
      return <del>{inlines(token.tokens)}</del>;
    case 'codespan':
      return <code className="rounded bg-sunken px-1 py-0.5 text-[0.9em]">{token.text}</code>;
    case 'br':
      return <br />;
    case 'link':
      return <Link href={token.href}>{inlines(token.tokens)}</Link>;
    case 'escape':
      return token.text;
    case 'text':
      return token.tokens === undefined ? token.text : inlines(token.tokens);
    // Pictures from elsewhere would tell their server who reads here.
    case 'image':
      return <Link href={token.href}>{token.text === '' ? token.href : token.text}</Link>;
    default:
      return token.raw;
  }
}

/** Only addresses of the web and of mail; anything else stays text. */
function Link({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  if (!isSafeLink(href)) return children;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      // A list of messages is one stop of the Tab key; in a message the arrow keys lead to its links.
      tabIndex={-1}
      className="break-all text-accent underline"
    >
      {children}
    </a>
  );
}

export function isSafeLink(href: string): boolean {
  return URL.canParse(href) && ['http:', 'https:', 'mailto:'].includes(new URL(href).protocol);
}
