import { Lexer, type Token, Tokenizer, type Tokens } from 'marked';

/** Longer texts are shown as they are: nobody sends a book to be rendered. */
const LONGEST = 10_000;
/** So are those with more runs of emphasis marks: the lexer's time grows with their square. */
const MOST_MARKS = 1_000;
/** And those nested deeper: thousands of quotes in quotes are more than a browser's layout can take. */
const DEEPEST = 20;
/** Ends an address: Chinese text goes on behind it without a space. */
const CJK_PUNCTUATION = /[\u3000-\u303f\u2018-\u201d\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f]/;

class ChatTokenizer extends Tokenizer {
  override url(source: string): Tokens.Link | undefined {
    const end = source.search(CJK_PUNCTUATION);
    return super.url(end === -1 ? source : source.slice(0, end));
  }
}

/** The text's tokens; undefined for a text that is to be shown as it is. */
export function lex(text: string): readonly Token[] | undefined {
  if (text.length > LONGEST || (text.match(/[*_~]+/g)?.length ?? 0) > MOST_MARKS) return undefined;
  try {
    const tokens = new Lexer({ gfm: true, breaks: true, tokenizer: new ChatTokenizer() }).lex(text);
    return isWithin(tokens, DEEPEST) ? tokens : undefined;
  } catch {
    return undefined;
  }
}

function isWithin(tokens: readonly Token[], levels: number): boolean {
  return tokens.every((token) => levels > 0 && isWithin(childrenOf(token), levels - 1));
}

/** The tokens inside a token; a list's are its items. */
export function childrenOf(token: Token): readonly Token[] {
  return token.type === 'list' ? (token as Tokens.List).items : 'tokens' in token ? (token.tokens ?? []) : [];
}
