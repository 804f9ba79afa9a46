/** Scalars and indices as WGSL. @module */
import { type Extent, factors } from "../../../dsl/dim.ts";
import { type DefinedOp, isDefined } from "../../kernel/defined_ops.ts";
import { atom, BINDING, call, type ExpressionText, infix } from "../../kernel/expression_text.ts";
import { FOUR } from "../../kernel/fours.ts";
import { div, flatten, type IndexExpr, mod } from "../../kernel/index_expr.ts";
import type { Kernel, KernelTensor, Scalar, ScalarType } from "../../kernel/kernel.ts";
import { type FunctionView, functionView, wholeFunction } from "./functions.ts";
import { identifier, Identifiers, literal, OPERATORS } from "./language.ts";
import { LineMarks } from "../line_marks.ts";

/** Prints the expressions of one kernel, and notes which names they use. */
export class ExpressionWriter {
  readonly ids: Identifiers = new Identifiers();
  /** Where pieces of the text come from. */
  readonly marks: LineMarks = new LineMarks();
  /** Dims that the text takes as constants. */
  readonly constants: Set<string> = new Set();
  /** Fields of the uniforms that the text reads. */
  readonly uniforms: Set<string> = new Set();
  /** Axes that an index depends on. */
  readonly axes: Set<string> = new Set();
  /** Operators that the text calls as functions, by the functions' names. */
  readonly functions: Map<string, FunctionView> = new Map();
  /** Tensors whose elements the text declares in fours. */
  readonly fours: ReadonlySet<string>;
  readonly #kernel: Kernel;
  readonly #callDims: ReadonlySet<string>;

  constructor(
    kernel: Kernel,
    callDims: readonly string[],
    fours: ReadonlySet<string> = new Set(),
  ) {
    this.#kernel = kernel;
    this.fours = fours;
    this.#callDims = new Set(callDims);
    // Tensors first: they keep their names where a local would like the same.
    for (const tensor of kernel.tensors) this.ids.of("tensor", tensor.name);
  }

  /** A dim: a field of the uniforms if each call chooses it, else an overridable constant. */
  dim(name: string): string {
    if (this.#callDims.has(name)) return this.uniform(name);
    this.constants.add(name);
    return this.ids.of("dim", name);
  }

  /** A field of the uniforms. */
  uniform(name: string): string {
    this.uniforms.add(name);
    return `uniforms.${identifier(name)}`;
  }

  /** An extent. */
  extent(extent: Extent): ExpressionText {
    const { coefficient, symbols } = factors(extent);
    const parts = symbols.map((symbol) => this.dim(symbol));
    if (coefficient !== 1 || parts.length === 0) parts.unshift(`${coefficient}u`);
    return { text: parts.join(" * "), binding: parts.length > 1 ? BINDING.product : BINDING.atom };
  }

  /** An extent to divide by. One of 0 leaves nothing to divide, but WGSL refuses to divide by 0. */
  divisor(extent: Extent): ExpressionText {
    return factors(extent).coefficient === 0 ? atom("1u") : this.extent(extent);
  }

  /** An index. */
  index(index: IndexExpr): ExpressionText {
    switch (index.kind) {
      case "extent":
        return this.extent(index.extent);
      case "value":
        return this.scalar(index.scalar);
      case "axis":
        this.axes.add(index.axis.name);
        return atom(this.ids.of("axis", index.axis.name));
      case "add":
        return infix("+", BINDING.sum)([this.index(index.left), this.index(index.right)]);
      case "mul":
        return infix("*", BINDING.product)([this.index(index.left), this.extent(index.by)]);
      case "div":
        return infix("/", BINDING.product)([this.index(index.left), this.divisor(index.by)]);
      case "mod":
        return infix("%", BINDING.product)([this.index(index.left), this.divisor(index.by)]);
    }
  }

  /** The function that takes a byte out of its word. */
  byteReader(tensor: string): string {
    return this.ids.of("reader", `${tensor}_at`);
  }

  /** The function of an operator that is defined by others. */
  functionOf(op: DefinedOp, isWide = false): string {
    return this.#function(op, isWide, (name) => functionView(name, op, isWide));
  }

  /** What converts between types: WGSL leaves open what becomes of floats that are no whole number of 32 bits. */
  conversion(from: ScalarType | undefined, to: ScalarType, isWide = false): string {
    if (from === "f32" && (to === "u32" || to === "i32")) {
      return this.#function(`to_${to}`, isWide, (name) => wholeFunction(name, to, isWide));
    }
    return isWide ? `vec4<${to}>` : to;
  }

  #function(own: string, isWide: boolean, view: (name: string) => FunctionView): string {
    const name = this.ids.of("function", isWide ? `${own}_of_four` : own);
    this.functions.set(name, view(name));
    return name;
  }

  /** The place of an element of a tensor in memory, to store to. */
  place(tensor: string, index: readonly IndexExpr[]): string {
    const { shape } = this.#tensor(tensor);
    const position = flatten(index, shape);
    if (this.fours.has(tensor)) {
      return `${this.placeOfFour(tensor, index)}[${this.index(mod(position, FOUR)).text}]`;
    }
    return `${this.ids.of("tensor", tensor)}[${this.index(position).text}]`;
  }

  /** The value of an element; a byte shares its word with three others, an f16 becomes an f32. */
  element(tensor: string, index: readonly IndexExpr[]): string {
    const { shape, dtype } = this.#tensor(tensor);
    if (dtype === "u8") {
      return `${this.byteReader(tensor)}(${this.index(flatten(index, shape)).text})`;
    }
    const place = this.place(tensor, index);
    return dtype === "f16" ? `f32(${place})` : place;
  }

  /** The place of the four elements, of a tensor in fours, that the element at an index is one of. */
  placeOfFour(tensor: string, index: readonly IndexExpr[]): string {
    const at = div(flatten(index, this.#tensor(tensor).shape), FOUR);
    return `${this.ids.of("tensor", tensor)}[${this.index(at).text}]`;
  }

  /** Their values. */
  four(tensor: string, index: readonly IndexExpr[]): string {
    const place = this.placeOfFour(tensor, index);
    return this.#tensor(tensor).dtype === "f16" ? `vec4<f32>(${place})` : place;
  }

  /** A value, or four, as it is stored to a tensor. */
  stored(tensor: string, value: string, isWide = false): string {
    if (this.#tensor(tensor).dtype !== "f16") return value;
    return isWide ? `vec4<f16>(${value})` : `f16(${value})`;
  }

  #tensor(name: string): Pick<KernelTensor, "shape" | "dtype"> {
    const tensor = this.#kernel.tensors.find((each) => each.name === name);
    return tensor ?? { shape: [], dtype: "f32" };
  }

  /** A scalar. */
  scalar(scalar: Scalar): ExpressionText {
    switch (scalar.kind) {
      case "constant":
        return literal(scalar.value, scalar.type);
      case "uniform":
        return atom(this.uniform(scalar.name));
      case "local":
        return atom(this.ids.of("local", scalar.name));
      case "load":
        return atom(this.element(scalar.tensor, scalar.index));
      case "index":
        return this.index(scalar.index);
      case "apply": {
        const args = scalar.args.map((arg) => this.scalar(arg));
        if (isDefined(scalar.op)) return call(this.functionOf(scalar.op))(args);
        if (scalar.op !== "cast") return OPERATORS[scalar.op](args);
        return scalar.args[0]?.type === scalar.type
          ? args[0] ?? atom("?")
          : call(this.conversion(scalar.args[0]?.type, scalar.type))(args);
      }
    }
  }
}
