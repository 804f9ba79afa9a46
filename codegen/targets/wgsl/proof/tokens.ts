/** Takes a text of WGSL apart into words, numbers and signs. @module */

/** A piece of a text. */
export interface Token {
  readonly kind: "word" | "number" | "sign" | "end";
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/** A text that is none of those that this target prints. */
export class SyntaxFault extends Error {
  /** Where, counted from 1. */
  readonly line: number;

  /** @param found what stands there */
  constructor(line: number, found: string, wanted: string) {
    super(`found ${found === "" ? "the end" : `"${found}"`}, wanted ${wanted}`);
    this.line = line;
  }
}

const SPACE = /(?:\s|\/\/[^\n]*)+/y;
const PIECES = [
  ["word", /[A-Za-z_][A-Za-z_0-9]*/y],
  ["number", /(?:0[xX][0-9a-fA-F]+[iu]?|(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?[iufh]?)/y],
  [
    "sign",
    /(?:<<=|>>=|->|\+\+|--|&&|\|\||==|!=|<=|>=|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|<<|[-+*/%&|^~!<>=(){}[\];:,.@])/y,
  ],
] as const;

/** The pieces of a text; `>>` are two signs, as they may end two types. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0, line = 1;
  const advance = (piece: string): void => {
    at += piece.length;
    for (const sign of piece) if (sign === "\n") line++;
  };
  while (at < text.length) {
    SPACE.lastIndex = at;
    const space = SPACE.exec(text);
    if (space !== null) {
      advance(space[0]);
      continue;
    }
    const token = pieceAt(text, at, line);
    tokens.push(token);
    advance(token.text);
  }
  return [...tokens, { kind: "end", text: "", line }];
}

function pieceAt(text: string, at: number, line: number): Token {
  for (const [kind, pattern] of PIECES) {
    pattern.lastIndex = at;
    const [piece] = pattern.exec(text) ?? [];
    if (piece !== undefined) return { kind, text: piece, line };
  }
  throw new SyntaxFault(line, text.charAt(at), "a word, a number or a sign");
}
