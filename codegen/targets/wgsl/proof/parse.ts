/** Reads a text of WGSL, as far as this target prints the language. @module */
import { ExpressionReader } from "./read_expression.ts";
import type {
  Attribute,
  FunctionDeclaration,
  ModuleVariable,
  Statement,
  Text,
  Type,
  Typed,
} from "./syntax.ts";
import { SyntaxFault, tokensOf } from "./tokens.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** Signs of assignments, and the operators that they apply. */
const ASSIGNMENTS: ReadonlyMap<string, string | undefined> = new Map([
  ["=", undefined],
  ...["+", "-", "*", "/", "%", "&", "|", "^"].map((sign) => [`${sign}=`, sign] as const),
]);

/**
 * Reads a text.
 *
 * @throws {SyntaxFault} where it has a form that this target never prints
 */
export function parse(text: string): Text {
  return new Reader(tokensOf(text)).text();
}

class Reader extends ExpressionReader {
  text(): Text {
    const text: Mutable<Text> = {
      enables: [],
      overrides: [],
      structs: [],
      variables: [],
      functions: [],
    };
    while (this.next.kind !== "end") this.#declaration(text);
    return text;
  }

  #declaration(text: Mutable<Text>): void {
    const attributes = this.#attributes();
    const { line, text: word } = this.next;
    switch (word) {
      case "enable":
        this.take("enable");
        text.enables.push(this.word("a feature"));
        this.take(";");
        return;
      case "override":
        this.take("override");
        text.overrides.push(this.#typed(attributes));
        this.take(";");
        return;
      case "struct": {
        this.take("struct");
        const name = this.word("a name");
        this.take("{");
        const fields = this.#until("}", () => this.#typed(this.#attributes()));
        text.structs.push({ line, name, fields });
        return;
      }
      case "var":
        text.variables.push(this.#variable(attributes));
        return;
      case "fn":
        text.functions.push(this.#function(attributes));
        return;
    }
    throw new SyntaxFault(line, word, "enable, override, struct, var or fn");
  }

  #attributes(): readonly Attribute[] {
    const found: Attribute[] = [];
    while (this.takeIf("@")) {
      const name = this.word("an attribute");
      found.push({ name, args: this.takeIf("(") ? this.expressionsUntil(")") : [] });
    }
    return found;
  }

  /** Things with commas between them, and maybe one after the last. */
  #until<T>(end: string, one: () => T): readonly T[] {
    const all: T[] = [];
    while (!this.takeIf(end)) {
      all.push(one());
      if (!this.takeIf(",") && this.next.text !== end) {
        throw new SyntaxFault(this.next.line, this.next.text, `, or ${end}`);
      }
    }
    return all;
  }

  #typed(attributes: readonly Attribute[]): Typed {
    const { line } = this.next;
    const name = this.word("a name");
    this.take(":");
    return { line, name, type: this.type(), attributes };
  }

  #variable(attributes: readonly Attribute[]): ModuleVariable {
    this.take("var");
    this.take("<");
    const space = this.word("an address space");
    const access = this.takeIf(",") ? this.word("read or read_write") : "read_write";
    this.take(">");
    const typed = this.#typed(attributes);
    this.take(";");
    return { ...typed, space, access };
  }

  #function(attributes: readonly Attribute[]): FunctionDeclaration {
    const { line } = this.take("fn");
    const name = this.word("a name");
    this.take("(");
    const parameters = this.#until(")", () => this.#typed(this.#attributes()));
    if (this.takeIf("->")) this.type();
    return { line, name, attributes, parameters, body: this.#block() };
  }

  #block(): readonly Statement[] {
    this.take("{");
    const all: Statement[] = [];
    while (!this.takeIf("}")) all.push(this.#statement());
    return all;
  }

  #statement(): Statement {
    const { line, text } = this.next;
    switch (text) {
      case "if":
        return this.#if();
      case "for":
        return this.#for();
      case "return": {
        this.take("return");
        if (this.takeIf(";")) return { kind: "return", line };
        const value = this.expression();
        this.take(";");
        return { kind: "return", line, value };
      }
      case "break":
      case "continue":
        this.take(text);
        this.take(";");
        return { kind: text, line };
    }
    const simple = this.#simple();
    this.take(";");
    return simple;
  }

  #if(): Statement {
    const { line } = this.take("if");
    const condition = this.expression();
    const then = this.#block();
    if (!this.takeIf("else")) return { kind: "if", line, condition, then, otherwise: [] };
    const otherwise = this.next.text === "if" ? [this.#if()] : this.#block();
    return { kind: "if", line, condition, then, otherwise };
  }

  #for(): Statement {
    const { line } = this.take("for");
    this.take("(");
    const first = this.next.text === ";" ? undefined : this.#simple();
    this.take(";");
    const condition = this.next.text === ";" ? undefined : this.expression();
    this.take(";");
    const next = this.next.text === ")" ? undefined : this.#simple();
    this.take(")");
    return {
      kind: "for",
      line,
      ...(first === undefined ? {} : { first }),
      ...(condition === undefined ? {} : { condition }),
      ...(next === undefined ? {} : { next }),
      body: this.#block(),
    };
  }

  /** What may stand before a semicolon, and in the head of a loop. */
  #simple(): Statement {
    const { line, text } = this.next;
    if (text === "let" || text === "var" || text === "const") return this.#local();
    const to = this.expression();
    for (const [counting, sign] of [["++", "+"], ["--", "-"]] as const) {
      if (!this.takeIf(counting)) continue;
      return { kind: "assign", line, to, sign, value: { kind: "number", line, text: "1" } };
    }
    const sign = this.next.text;
    if (!ASSIGNMENTS.has(sign)) {
      if (to.kind === "call") return { kind: "do", line, call: to };
      throw new SyntaxFault(line, sign, "a statement");
    }
    this.take(sign);
    const value = this.expression();
    const operator = ASSIGNMENTS.get(sign);
    return {
      kind: "assign",
      line,
      to,
      value,
      ...(operator === undefined ? {} : { sign: operator }),
    };
  }

  #local(): Statement {
    const { line } = this.take(this.next.text);
    const name = this.word("a name");
    const type: Type | undefined = this.takeIf(":") ? this.type() : undefined;
    const value = this.takeIf("=") ? this.expression() : undefined;
    return {
      kind: "declare",
      line,
      name,
      ...(type === undefined ? {} : { type }),
      ...(value === undefined ? {} : { value }),
    };
  }
}
