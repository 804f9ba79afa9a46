/**
 * Stages that run at four consecutive points of an axis at once: a value that differs between the points
 * is a vector of four, any other stays a scalar.
 *
 * @module
 */
import { isDefined } from "../../kernel/defined_ops.ts";
import { atom, call, type ExpressionText } from "../../kernel/expression_text.ts";
import { isInFours } from "../../kernel/fours.ts";
import {
  add,
  type Axis,
  axisIndex,
  dependsOnAxis,
  type IndexExpr,
  replaceAxes,
} from "../../kernel/index_expr.ts";
import type { Kernel, Scalar } from "../../kernel/kernel.ts";
import type { ExpressionWriter } from "./expression.ts";
import { MIXED, OPERATORS } from "./language.ts";
import type { StageWriter } from "./statements.ts";

/** An expression, and whether it is a vector. */
interface Wide {
  readonly text: ExpressionText;
  readonly isWide: boolean;
}

/** Prints values at four points of an axis. */
export class WideWriter implements StageWriter {
  readonly expressions: ExpressionWriter;
  readonly #tensors: Kernel["tensors"];
  readonly #axis: Axis;
  readonly #wideLocals: Set<string>;

  /** @param wideLocals locals that are vectors from the start */
  constructor(
    expressions: ExpressionWriter,
    kernel: Pick<Kernel, "tensors">,
    axis: Axis,
    wideLocals: readonly string[] = [],
  ) {
    this.expressions = expressions;
    this.#tensors = kernel.tensors;
    this.#axis = axis;
    this.#wideLocals = new Set(wideLocals);
  }

  value(scalar: Scalar): ExpressionText {
    return this.#wide(scalar).text;
  }

  define(name: string, value: Scalar): void {
    if (this.#wide(value).isWide) this.#wideLocals.add(name);
  }

  zero(value: Scalar): string {
    return this.#wide(value).isWide ? "vec4<f32>()" : "0.0";
  }

  target(tensor: string, index: readonly IndexExpr[]): string {
    return this.expressions.placeOfFour(tensor, index);
  }

  stored(tensor: string, value: Scalar): string {
    const { text: { text }, isWide } = this.#wide(value);
    return this.expressions.stored(tensor, isWide ? text : `vec4<${value.type}>(${text})`, true);
  }

  #wide(scalar: Scalar): Wide {
    switch (scalar.kind) {
      case "local":
        return {
          text: this.expressions.scalar(scalar),
          isWide: this.#wideLocals.has(scalar.name),
        };
      case "load":
        return this.#varies(scalar.index)
          ? { text: this.#load(scalar.tensor, scalar.index, scalar.type), isWide: true }
          : { text: this.expressions.scalar(scalar), isWide: false };
      case "index": {
        if (!this.#varies([scalar.index])) break;
        const points = this.#points((at) => this.expressions.index(at(scalar.index)).text);
        return { text: atom(`vec4<u32>(${points})`), isWide: true };
      }
      case "apply":
        return this.#apply(scalar);
    }
    return { text: this.expressions.scalar(scalar), isWide: false };
  }

  #apply({ op, type, args }: Scalar & { readonly kind: "apply" }): Wide {
    const parts = args.map((arg) => this.#wide(arg));
    const isWide = parts.some((part) => part.isWide);
    if (op === "cast") {
      const [only] = parts;
      const text = only?.text ?? atom("?");
      if (args[0]?.type === type) return { text, isWide };
      const convert = this.expressions.conversion(args[0]?.type, type, isWide);
      return { text: call(convert)([text]), isWide };
    }
    const widened = parts.map((part, i) =>
      !isWide || part.isWide || MIXED.has(op)
        ? part.text
        : call(`vec4<${args[i]?.type ?? type}>`)([part.text])
    );
    const spell = isDefined(op) ? call(this.expressions.functionOf(op, isWide)) : OPERATORS[op];
    return { text: spell(widened), isWide };
  }

  #load(name: string, index: readonly IndexExpr[], type: string): ExpressionText {
    const tensor = this.#tensors.find((each) => each.name === name);
    if (tensor !== undefined && this.expressions.fours.has(name)) {
      if (isInFours(tensor, index, this.#axis)) return atom(this.expressions.four(name, index));
    }
    const points = this.#points((at) => this.expressions.element(name, index.map(at)));
    return atom(`vec4<${type}>(${points})`);
  }

  /** A text for each of the four points. */
  #points(text: (at: (index: IndexExpr) => IndexExpr) => string): string {
    const { name } = this.#axis;
    const further = (steps: number) => (index: IndexExpr): IndexExpr =>
      replaceAxes(
        index,
        (axis) =>
          axis.name === name ? add(axisIndex(axis), { kind: "extent", extent: steps }) : undefined,
      );
    return [0, 1, 2, 3].map((steps) => text(further(steps))).join(", ");
  }

  #varies(index: readonly IndexExpr[]): boolean {
    const axes = new Set([this.#axis.name]);
    return index.some((each) => dependsOnAxis(each, axes));
  }
}
