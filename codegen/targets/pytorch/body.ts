/**
 * The lines of a function that computes values of a graph, one after the other.
 *
 * @module
 */
import { hintOf } from "../../../dsl/hints.ts";
import type { Node } from "../../../dsl/ops.ts";
import { isHostScalar } from "../../graph/graph.ts";
import { valueName } from "../../programs/names.ts";
import type { HelperName } from "./helpers.ts";
import { type Identifiers, method } from "./language.ts";
import { shapeText } from "./sizes.ts";
import { namedNumber, namedValue, type Surroundings, type Value } from "./value.ts";
import { valueOf } from "./values.ts";

/** The longest expression that stands inside of another one. */
const INLINE = 44;

/** The most characters of a line, a function's indentation included. */
export const LINE = 88;

/** The room of an assignment, as deep inside as any is. */
const ROOM = LINE - 12;

/** Names that are made of several others may be long. */
const LONGEST_NAME = 28;

/** What a text has to bring along. */
export interface Needs {
  readonly dims: Set<string>;
  readonly others: Set<"dtype" | "device" | "math" | HelperName>;
}

/** Nothing yet. */
export const noNeeds = (): Needs => ({ dims: new Set(), others: new Set() });

/** Which values a function computes, and what it is given. */
export interface BodySetting {
  /** All values that are to be computed, operands before users. */
  readonly order: readonly Node[];
  /** Names of values that are there already. */
  readonly given: ReadonlyMap<Node, string>;
  /** Of those that are there, the ones that may be smaller than their shape says, as they were computed. */
  readonly small?: ReadonlyMap<Node, Value>;
  /** Those that must have a name: others are computed where they are used, if they are used once. */
  readonly named: ReadonlySet<Node>;
  /** Readable names of values. */
  readonly names: ReadonlyMap<Node, string>;
  readonly ids: Identifiers;
  readonly needs: Needs;
}

/** Writes the lines of a function. */
export class Body {
  readonly #setting: BodySetting;
  readonly #values = new Map<Node, Value>();
  readonly #uses = new Map<Node, number>();
  readonly #surroundings: Surroundings;

  constructor(setting: BodySetting) {
    this.#setting = setting;
    for (const node of setting.order) {
      for (const input of node.inputs) this.#uses.set(input, (this.#uses.get(input) ?? 0) + 1);
    }
    for (const [node, name] of setting.given) {
      const isNumber = node.op === "input" && node.attrs.role === "scalar";
      const known = setting.small?.get(node);
      const value = isNumber ? namedNumber(node, name) : namedValue(node, name);
      this.#values.set(node, known === undefined ? value : { ...known, ...namedText(name) });
    }
    this.#surroundings = {
      operand: (node) => this.valueOf(node),
      uses: (dims) => dims.forEach((dim) => setting.needs.dims.add(dim)),
      needs: (what) => void setting.needs.others.add(what),
    };
  }

  /** What expressions in this function ask. */
  get surroundings(): Surroundings {
    return this.#surroundings;
  }

  /** The expression of a value that was computed or given. */
  valueOf(node: Node): Value {
    const value = this.#values.get(node);
    if (value === undefined) throw new Error(`${node.op} is not computed here`);
    return value;
  }

  /**
   * The lines that compute some values, of those that the function computes.
   *
   * @param indentation of the lines, in characters
   */
  lines(nodes: readonly Node[], indentation: number): readonly string[] {
    const room = LINE - indentation;
    return nodes.flatMap((node) => this.#line(node)).flatMap((line) =>
      line.length <= room ? [line] : broken(line)
    );
  }

  #line(node: Node): readonly string[] {
    if (this.#values.has(node)) return [];
    const value = valueOf(node, this.#surroundings);
    if (!this.#setting.named.has(node) && this.#isInline(node, value)) {
      this.#values.set(node, value);
      return [];
    }
    const name = this.#setting.ids.of(node, this.#nameOf(node));
    const before: string[] = [];
    let whole = value;
    for (let operand = this.#longest(node); operand !== undefined; operand = this.#longest(node)) {
      if (`${name} = ${whole.text}`.length <= ROOM) break;
      before.push(...this.#assign(operand, this.valueOf(operand)));
      whole = valueOf(node, this.#surroundings);
    }
    // What has a name of its own has memory of its own.
    const copy = isCopy(node) && whole.kind === "tensor"
      ? { ...whole, ...method(whole, "clone") }
      : whole;
    return [...before, ...this.#assign(node, copy)];
  }

  /** A name stands for what was assigned: as small as the expression was. */
  #assign(node: Node, value: Value): readonly string[] {
    const name = this.#setting.ids.of(node, this.#nameOf(node));
    this.#values.set(node, { ...value, ...namedText(name) });
    const isWhole = value.kind === "tensor" && !value.thin.includes(true);
    return assignment(name, value.text, isWhole ? shapeText(node.shape) : "");
  }

  /** The longest of a node's operands that has no name yet. */
  #longest(node: Node): Node | undefined {
    const open = node.inputs.filter((input) => {
      const { kind, text } = this.valueOf(input);
      return kind === "tensor" && !/^[\w.]+$/.test(text);
    });
    const length = (each: Node): number => this.valueOf(each).text.length;
    return open.sort((a, b) => length(b) - length(a))[0];
  }

  #nameOf(node: Node): string {
    const name = valueName(node, this.#setting.names) ?? "t";
    return name.length <= LONGEST_NAME ? name : "t";
  }

  #isInline(node: Node, value: Value): boolean {
    const uses = this.#uses.get(node) ?? 0;
    const isName = /^[\w.]+$/.test(value.text);
    if (isName || (isHostScalar(node) && value.text.length < 12)) return true;
    const [operand] = node.inputs;
    // A broadcast costs nothing, however often it stands there.
    if (node.op === "broadcast" && operand !== undefined) {
      return value.text.length <= INLINE;
    }
    const hasName = this.#setting.names.has(node) || hintOf(node) !== undefined;
    return uses <= 1 && !hasName && value.text.length <= INLINE;
  }
}

/** True for a value that is another one's copy. */
export const isCopy = (node: Node): boolean =>
  node.op === "cast" && node.inputs[0]?.dtype === node.dtype;

const namedText = (name: string) => ({ text: name, level: 8 }) as const;

/** An assignment with the shape of its value, if it fits. */
function assignment(name: string, text: string, shape: string): readonly string[] {
  const line = `${name} = ${text}`;
  const remark = `${line}  # ${shape}`;
  return [shape !== "" && remark.length <= ROOM ? remark : line];
}

/** A line that is too long, broken inside of its last brackets. */
function broken(line: string): readonly string[] {
  const open = openingOf(line);
  if (open === undefined) {
    const [name = "", ...rest] = line.split(" = ");
    return [`${name} = (`, `    ${rest.join(" = ")}`, ")"];
  }
  return [line.slice(0, open + 1), `    ${line.slice(open + 1, -1)}`, line.slice(-1)];
}

/** Where the brackets open that a line ends with. */
function openingOf(line: string): number | undefined {
  if (!line.endsWith(")")) return undefined;
  let depth = 0;
  for (let at = line.length - 1; at >= 0; at--) {
    if (")]".includes(line[at] ?? " ")) depth++;
    if ("([".includes(line[at] ?? " ") && --depth === 0) return at;
  }
  return undefined;
}
