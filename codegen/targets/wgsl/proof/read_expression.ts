/** Reads the expressions and types of a text. @module */
import type { Expression, Type } from "./syntax.ts";
import { SyntaxFault, type Token } from "./tokens.ts";

/** Types that are followed by types in angle brackets; after other names `<` compares. */
const GENERIC: ReadonlySet<string> = new Set(["array", "vec2", "vec3", "vec4", "bitcast"]);

/** How tightly operators bind, loosest first. */
const LEVELS: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!=", "<", ">", "<=", ">="],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];

const PREFIXES: readonly string[] = ["-", "!", "~"];

/** Reads tokens one after another. */
export class ExpressionReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  /** @param tokens the last one is the end */
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The token that comes next. */
  get next(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", text: "", line: 0 };
  }

  /** Takes a token that has to come next. */
  take(wanted: string): Token {
    const { next } = this;
    if (next.text !== wanted) throw new SyntaxFault(next.line, next.text, `"${wanted}"`);
    this.#at++;
    return next;
  }

  /** Takes a token if it comes next. */
  takeIf(wanted: string): boolean {
    if (this.next.text !== wanted) return false;
    this.#at++;
    return true;
  }

  /** Takes a word that has to come next. */
  word(wanted: string): string {
    const { kind, text, line } = this.next;
    if (kind !== "word") throw new SyntaxFault(line, text, wanted);
    this.#at++;
    return text;
  }

  /** A type. */
  type(): Type {
    const name = this.word("a type");
    if (!GENERIC.has(name) || !this.takeIf("<")) return { name, arguments: [] };
    const first = this.type();
    // Nothing that counts elements is compared.
    const count = name === "array" && this.takeIf(",") ? this.#infix(LEVELS.length - 2) : undefined;
    this.take(">");
    return { name, arguments: [first], ...(count === undefined ? {} : { count }) };
  }

  /** A value. */
  expression(): Expression {
    return this.#infix(0);
  }

  /** Values with commas between them. */
  expressionsUntil(end: string): readonly Expression[] {
    const all: Expression[] = [];
    while (!this.takeIf(end)) {
      if (all.length > 0) this.take(",");
      all.push(this.expression());
    }
    return all;
  }

  #infix(level: number): Expression {
    const signs = LEVELS[level];
    if (signs === undefined) return this.#prefixed();
    let left = this.#infix(level + 1);
    for (;;) {
      const { line } = this.next;
      const sign = this.#signOf(signs);
      if (sign === undefined) return left;
      left = { kind: "infix", line, sign, left, right: this.#infix(level + 1) };
    }
  }

  /** Takes one of these operators; `>>` is written as two signs. */
  #signOf(signs: readonly string[]): string | undefined {
    const { text } = this.next;
    const isShift = text === ">" && this.#tokens[this.#at + 1]?.text === ">";
    const sign = isShift ? ">>" : text;
    if (!signs.includes(sign)) return undefined;
    this.#at += isShift ? 2 : 1;
    return sign;
  }

  #prefixed(): Expression {
    const { line, text } = this.next;
    if (!PREFIXES.includes(text)) return this.#suffixed(this.#primary());
    this.take(text);
    return { kind: "prefix", line, sign: text, operand: this.#prefixed() };
  }

  #suffixed(base: Expression): Expression {
    const { line } = this.next;
    if (this.takeIf("[")) {
      const at = this.expression();
      this.take("]");
      return this.#suffixed({ kind: "index", line, base, at });
    }
    if (!this.takeIf(".")) return base;
    return this.#suffixed({ kind: "member", line, base, member: this.word("a member") });
  }

  #primary(): Expression {
    const { kind, text, line } = this.next;
    if (kind === "number") {
      this.take(text);
      return { kind: "number", line, text };
    }
    if (this.takeIf("(")) {
      const inner = this.expression();
      this.take(")");
      return inner;
    }
    if (kind !== "word") throw new SyntaxFault(line, text, "a value");
    if (text === "true" || text === "false") {
      this.take(text);
      return { kind: "bool", line, value: text === "true" };
    }
    const type = this.type();
    if (this.takeIf("(")) return { kind: "call", line, type, args: this.expressionsUntil(")") };
    if (type.arguments.length === 0) return { kind: "name", line, name: type.name };
    throw new SyntaxFault(this.next.line, this.next.text, `"("`);
  }
}
