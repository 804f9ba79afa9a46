/**
 * Builds one function: parameters, locals, and instructions in order.
 *
 * @module
 */
import { Identifiers, quote } from "./identifiers.ts";
import { block, comment, form, type Local, set, type WasmType, type Wat } from "./wat.ts";

/** How a function is seen from outside, its parameters aside. */
export interface Interface {
  readonly exported?: string;
  readonly result?: WasmType;
}

/** A function under construction. */
export class FunctionBuilder {
  readonly id: string;
  readonly #identifiers = new Identifiers();
  readonly #params: Local[] = [];
  readonly #locals: Local[] = [];
  readonly #keyed = new Map<string, Local>();
  readonly #prologue: Wat[] = [];
  #body: Wat[] = [];

  constructor(id: string) {
    this.id = id;
  }

  /** Declares the next parameter. */
  param(name: string, type: WasmType): Local {
    const local: Local = { id: this.#identifiers.fresh(name), type };
    this.#params.push(local);
    return local;
  }

  /**
   * The local of a key, declared at its first use. Stretches of code that do not overlap share a local
   * by asking for the same key.
   */
  local(key: string, name: string, type: WasmType): Local {
    const known = this.#keyed.get(`${type} ${key}`);
    if (known !== undefined) return known;
    const local: Local = { id: this.#identifiers.fresh(name), type };
    this.#locals.push(local);
    this.#keyed.set(`${type} ${key}`, local);
    return local;
  }

  /** A local that is computed once at the function's start, by key. */
  once(key: string, name: string, value: () => Wat): Local {
    const known = this.#keyed.get(`i32 ${key}`);
    if (known !== undefined) return known;
    const local = this.local(key, name, "i32");
    this.#prologue.push(set(local, value()));
    return local;
  }

  /** Appends an instruction. */
  emit(...instructions: readonly Wat[]): void {
    this.#body.push(...instructions);
  }

  /** Appends an assignment. */
  set(local: Local, value: Wat): void {
    this.emit(set(local, value));
  }

  /** The instructions that `fill` emits, taken out of the stream. */
  collect(fill: () => void): readonly Wat[] {
    const outer = this.#body;
    const inner: Wat[] = [];
    this.#body = inner;
    try {
      fill();
    } finally {
      this.#body = outer;
    }
    return inner;
  }

  /** The finished function under lines of comment. */
  build(comments: readonly string[], { exported, result }: Interface = {}): readonly Wat[] {
    const header = [
      `func ${this.id}`,
      ...(exported === undefined ? [] : [`(export ${quote(exported)})`]),
      ...this.#params.map(({ id, type }) => `(param ${id} ${type})`),
      ...(result === undefined ? [] : [`(result ${result})`]),
    ];
    const locals = this.#locals.map(({ id, type }) => form(`local ${id} ${type}`));
    return [
      ...comments.map(comment),
      block(header.join(" "), [...locals, ...this.#prologue, ...this.#body]),
    ];
  }
}
