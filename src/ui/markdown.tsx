import { Fragment, memo, type ReactNode } from 'react';
import { withoutTurning } from './direction.ts';
import { readBlocks } from './markdown-blocks.ts';
import { type Block, type Inline, type Item, Steps, Unreadable } from './markdown-tree.ts';

/** Longer texts are shown as they are: nobody sends a book to be rendered. */
const LONGEST = 10_000;

/** A message's text with its Markdown subset drawn. Never raw HTML: what looks like it is shown as text. */
export const Markdown = memo(function Markdown({ text }: { readonly text: string }) {
  return (
    <div dir="auto" className="flex flex-col gap-1 whitespace-pre-wrap">
      {renderMarkdown(text)}
    </div>
  );
});

/** The text as elements; texts beyond the subset's bounds as plain text. */
export function renderMarkdown(text: string): ReactNode {
  const shown = withoutTurning(text);
  const read = readMarkdown(shown);
  return read === undefined ? shown : blocks(read);
}

/** The text in one line without its marks, for lists and previews. */
export function plainText(text: string): string {
  const shown = withoutTurning(text);
  return (readMarkdown(shown)?.map(plainBlock).join(' ') ?? shown).replace(/\s+/g, ' ').trim();
}

/** The text's blocks; undefined for a text that is to be shown as it is. `steps` counts the work. */
export function readMarkdown(text: string, steps: Steps = new Steps(text.length)): readonly Block[] | undefined {
  if (text.length > LONGEST) return undefined;
  try {
    return readBlocks(text.split(/\r\n?|\n/), 0, steps);
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

export function isSafeLink(href: string): boolean {
  return URL.canParse(href) && ['http:', 'https:', 'mailto:'].includes(new URL(href).protocol);
}

function plainBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
    case 'heading':
      return plainInlines(block.children);
    case 'code':
      return block.text;
    case 'quote':
      return block.blocks.map(plainBlock).join(' ');
    case 'list':
      return block.items.map(plainItem).join(' ');
    default:
      return block satisfies never;
  }
}

function plainItem({ checked, blocks: inner }: Item): string {
  return `${boxOf(checked)}${inner.map(plainBlock).join(' ')}`;
}

function plainInlines(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if (inline.kind === 'break') return ' ';
      return 'children' in inline ? plainInlines(inline.children) : inline.text;
    })
    .join('');
}

function blocks(read: readonly Block[]): ReactNode {
  return read.map((block, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of one text never move
    return <Fragment key={index}>{drawn(block)}</Fragment>;
  });
}

/** Each block finds its own direction: a paragraph in Hebrew may stand between two in English. */
function drawn(block: Block): ReactNode {
  switch (block.kind) {
    case 'paragraph':
      return <p dir="auto">{inlines(block.children)}</p>;
    // In a chat "# 1" is more often a number than a title.
    case 'heading':
      return (
        <p dir="auto" className="font-semibold">
          {inlines(block.children)}
        </p>
      );
    case 'code':
      return (
        <pre
          dir="ltr"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the screen can be scrolled by keyboard
          tabIndex={0}
          className="overflow-x-auto rounded-lg border border-line bg-sunken p-3 text-sm"
        >
          <code>{block.text}</code>
        </pre>
      );
    case 'quote':
      return (
        <blockquote dir="auto" className="border-s-2 border-line ps-3 text-muted">
          {blocks(block.blocks)}
        </blockquote>
      );
    case 'list':
      return <List {...block} />;
    default:
      return block satisfies never;
  }
}

function List({ start, items }: { readonly start: number | undefined; readonly items: readonly Item[] }) {
  const drawnItems = items.map(({ checked, blocks: inner }, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the items of one text never move
    <li key={index} dir="auto">
      {checked !== undefined && <span>{boxOf(checked)}</span>}
      {itemBlocks(inner)}
    </li>
  ));
  const className = 'ps-6 whitespace-pre-wrap';
  if (start === undefined) return <ul className={`list-disc ${className}`}>{drawnItems}</ul>;
  return (
    <ol start={start} className={`list-decimal ${className}`}>
      {drawnItems}
    </ol>
  );
}

/** An item that begins with its only paragraph stands on one line with its mark. */
function itemBlocks(inner: readonly Block[]): ReactNode {
  const [first, ...others] = inner;
  if (first?.kind !== 'paragraph' || others.some(({ kind }) => kind === 'paragraph')) return blocks(inner);
  return (
    <>
      <span>{inlines(first.children)}</span>
      {blocks(others)}
    </>
  );
}

function boxOf(checked: boolean | undefined): string {
  if (checked === undefined) return '';
  return checked ? '☑ ' : '☐ ';
}

function inlines(read: readonly Inline[]): ReactNode {
  return read.map((each, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
    return <Fragment key={index}>{inline(each)}</Fragment>;
  });
}

function inline(part: Inline): ReactNode {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'break':
      return <br />;
    case 'code':
      return (
        <code dir="auto" className="rounded bg-sunken px-1 py-0.5 text-[0.9em]">
          {part.text}
        </code>
      );
    case 'strong':
      return <strong>{inlines(part.children)}</strong>;
    case 'em':
      return <em>{inlines(part.children)}</em>;
    case 'del':
      return <del>{inlines(part.children)}</del>;
    // Of a picture, too: loading it from elsewhere would tell that server who reads here.
    case 'link':
      return <Link href={part.href}>{inlines(part.children)}</Link>;
    default:
      return part satisfies never;
  }
}

/** Only addresses of the web and of mail; anything else stays text. */
function Link({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  if (!isSafeLink(href)) return children;
  return (
    <a
      href={href}
      dir="auto"
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
