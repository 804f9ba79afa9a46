/** Scalars and indices as C. @module */
import { type Extent, factors } from "../../../dsl/dim.ts";
import { type DefinedOp, isDefined } from "../../kernel/defined_ops.ts";
import {
  atom,
  BINDING,
  call,
  type ExpressionText,
  infix,
  prefix,
  within,
} from "../../kernel/expression_text.ts";
import { type Axis, flatten, type IndexExpr } from "../../kernel/index_expr.ts";
import type { Kernel, KernelTensor, Scalar } from "../../kernel/kernel.ts";
import type { Provenance } from "../../../dsl/provenance.ts";
import type { LineMarks } from "../line_marks.ts";
import { conversion, Identifiers, literal, OPERATORS } from "./language.ts";

/** What all functions of a text share. */
export interface ModuleNames {
  /** Names of the text's functions, which no local may take. */
  readonly functions: Identifiers;
  readonly callDims: ReadonlySet<string>;
  /** Names of tensors that lie in panels. */
  readonly panels: ReadonlySet<string>;
  /** Operators that are defined by others and that some kernel calls. */
  readonly defined: Set<DefinedOp>;
  /** Where lines come from. */
  readonly marks: LineMarks;
}

/** The function of an operator with a definition. */
export const definedName = (op: DefinedOp): string => `defined_${op}`;

/** Prints the expressions of one function, and notes what it needs. */
export class ExpressionWriter {
  readonly ids: Identifiers;
  /** Fixed dims that the function reads. */
  readonly dims: Set<string> = new Set();
  /** Call dims and uniforms that it is given. */
  readonly given: Set<string> = new Set();
  /** Tensors that it touches. */
  readonly touched: Set<string> = new Set();
  /** Where the panel begins that an axis is in, by the axis' name. */
  readonly panelOf: Map<string, string> = new Map();
  /** Locals that have a value for each point of a strip: how one is written. */
  readonly strips: Map<string, string> = new Map();
  readonly #renamed = new Map<string, string>();
  readonly #kernel: Kernel;
  readonly #module: ModuleNames;

  constructor(kernel: Kernel, module: ModuleNames) {
    this.#kernel = kernel;
    this.#module = module;
    this.ids = new Identifiers(module.functions.all());
    // Tensors first: they keep their names where a local would like the same.
    for (const { name } of kernel.tensors) this.ids.of("tensor", name);
  }

  /** A line that comes from somewhere in the declaration. */
  mark(line: string, from: Provenance | undefined): string {
    return this.#module.marks.mark(line, from);
  }

  /** A dim. */
  dim(name: string): string {
    (this.#module.callDims.has(name) ? this.given : this.dims).add(name);
    return this.ids.of("dim", name);
  }

  /** An extent. */
  extent(extent: Extent): ExpressionText {
    const { coefficient, symbols } = factors(extent);
    const parts = symbols.map((symbol) => this.dim(symbol));
    if (coefficient !== 1 || parts.length === 0) parts.unshift(String(coefficient));
    return { text: parts.join(" * "), binding: parts.length > 1 ? BINDING.product : BINDING.atom };
  }

  /** The variable of a loop. */
  axis({ name }: Axis): string {
    return this.#renamed.get(name) ?? this.ids.of("axis", name);
  }

  /** From now on an axis is written as a variable that is there already. */
  rename({ name }: Axis, variable: string): void {
    this.#renamed.set(name, variable);
  }

  /** An index, a tw_size. */
  index(index: IndexExpr): ExpressionText {
    switch (index.kind) {
      case "extent":
        return this.extent(index.extent);
      case "value":
        return prefix("(tw_size)")([this.scalar(index.scalar)]);
      case "axis":
        return atom(this.axis(index.axis));
      case "add":
        return infix("+", BINDING.sum)([this.index(index.left), this.index(index.right)]);
      case "mul":
        return infix("*", BINDING.product)([this.index(index.left), this.extent(index.by)]);
      case "div":
        return infix("/", BINDING.product)([this.index(index.left), this.extent(index.by)]);
      case "mod":
        return infix("%", BINDING.product)([this.index(index.left), this.extent(index.by)]);
    }
  }

  /** A tensor's address. */
  tensor(name: string): string {
    this.touched.add(name);
    return this.ids.of("tensor", name);
  }

  /** The position of an element in memory. */
  position(name: string, index: readonly IndexExpr[]): ExpressionText {
    const { shape } = this.tensorOf(name);
    if (!this.isInPanels(name)) return this.index(flatten(index, shape));
    const [row, column] = index;
    if (row === undefined || column === undefined) throw new Error(`${name} is no matrix`);
    const columns = this.extent(shape[1] ?? 1);
    const origin = row.kind === "axis" ? this.panelOf.get(row.axis.name) : undefined;
    if (origin === undefined) {
      return call("tw_in_panels")([this.index(row), this.index(column), columns]);
    }
    const times = infix("*", BINDING.product), plus = infix("+", BINDING.sum);
    const before = times([atom(origin), columns]);
    const step = times([this.index(column), atom("TW_PANEL")]);
    return plus([plus([before, step]), atom(`(${this.index(row).text} - ${origin})`)]);
  }

  /** An element, to load or to store to. */
  element(name: string, index: readonly IndexExpr[]): string {
    return `${this.tensor(name)}[${this.position(name, index).text}]`;
  }

  /** True if a tensor lies in panels. */
  isInPanels(name: string): boolean {
    return this.#module.panels.has(name);
  }

  /** A tensor of the kernel. */
  tensorOf(name: string): KernelTensor {
    const tensor = this.#kernel.tensors.find((each) => each.name === name);
    if (tensor === undefined) throw new Error(`${this.#kernel.name} has no tensor "${name}"`);
    return tensor;
  }

  /** A scalar. */
  scalar(scalar: Scalar): ExpressionText {
    switch (scalar.kind) {
      case "constant":
        return literal(scalar.value, scalar.type);
      case "uniform":
        this.given.add(scalar.name);
        return atom(this.ids.of("uniform", scalar.name));
      case "local":
        return atom(this.strips.get(scalar.name) ?? this.ids.of("local", scalar.name));
      case "load":
        return this.#load(scalar);
      case "index":
        return this.#indexValue(scalar.index);
      case "apply":
        return this.#apply(scalar);
    }
  }

  #load({ tensor, index }: Scalar & { readonly kind: "load" }): ExpressionText {
    const element = atom(this.element(tensor, index));
    switch (this.tensorOf(tensor).dtype) {
      case "f16":
        return prefix("(float)")([element]);
      case "u8":
        return prefix("(uint32_t)")([element]);
      default:
        return element;
    }
  }

  #indexValue(index: IndexExpr): ExpressionText {
    // What is a value in an index is one already.
    if (index.kind === "value") return this.scalar(index.scalar);
    return {
      text: `(uint32_t)${within(this.index(index), BINDING.atom)}`,
      binding: BINDING.prefix,
    };
  }

  #apply({ op, args, type }: Scalar & { readonly kind: "apply" }): ExpressionText {
    const operand = args.at(-1)?.type ?? type;
    const printed = args.map((arg) => this.scalar(arg));
    if (isDefined(op)) {
      this.#module.defined.add(op);
      return call(definedName(op))(printed);
    }
    return op === "cast" ? conversion(operand, type)(printed) : OPERATORS[op](operand)(printed);
  }
}
