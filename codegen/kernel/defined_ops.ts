/**
 * Operators that machines lack, defined by operators that they have. A target prints each as a function,
 * in texts that use it.
 *
 * @module
 */
import type { LetStage, Scalar, ScalarOp } from "./kernel.ts";

/** An operator with a definition. */
export type DefinedOp = "erf" | "sigmoid";

/** A function of one f32. */
export interface Definition {
  /** What it computes and how well, in a line. */
  readonly about: string;
  /** The local that holds the argument. */
  readonly argument: string;
  /** Locals in order. */
  readonly steps: readonly LetStage[];
  /** The result. */
  readonly value: Scalar;
}

const constant = (value: number): Scalar => ({ kind: "constant", type: "f32", value });
const local = (name: string): Scalar => ({ kind: "local", type: "f32", name });
const apply = (op: ScalarOp, ...args: readonly Scalar[]): Scalar => ({
  kind: "apply",
  type: "f32",
  op,
  args,
});
const step = (name: string, value: Scalar): LetStage => ({ kind: "let", name, value });

const x = local("x");
const isPositive: Scalar = {
  kind: "apply",
  type: "bool",
  op: "greaterEqual",
  args: [x, constant(0)],
};

/** `c₀ + t·(c₁ + t·(c₂ + …))`. */
function polynomial(t: Scalar, coefficients: readonly number[]): Scalar {
  return coefficients.map((each) => constant(each)).reduceRight((higher, own) =>
    apply("add", own, apply("mul", t, higher))
  );
}

/** See 7.1.26 of the handbook. */
const ERF = {
  p: 0.3275911,
  a: [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429],
} as const;

/** The definitions. */
export const DEFINITIONS: { readonly [Op in DefinedOp]: Definition } = {
  /**
   * M. Abramowitz, I. Stegun: Handbook of Mathematical Functions, 7.1.26 (after C. Hastings). Its absolute
   * error is at most 1.5e-7, to which f32 adds its rounding. Beyond 10 nothing is left of e^(−x²), and
   * squares of larger numbers may overflow.
   */
  erf: {
    about: "The error function by Abramowitz and Stegun 7.1.26, to 1.5e-7.",
    argument: "x",
    steps: [
      step("size", apply("minimum", apply("abs", x), constant(10))),
      step(
        "t",
        apply(
          "div",
          constant(1),
          apply("add", constant(1), apply("mul", constant(ERF.p), local("size"))),
        ),
      ),
      step("bell", apply("exp", apply("neg", apply("mul", local("size"), local("size"))))),
      step(
        "rest",
        apply("mul", apply("mul", local("t"), polynomial(local("t"), ERF.a)), local("bell")),
      ),
    ],
    value: apply(
      "select",
      isPositive,
      apply("sub", constant(1), local("rest")),
      apply("sub", local("rest"), constant(1)),
    ),
  },
  /** `e = exp(−|x|)` never overflows, and neither form of 1 / (1 + e⁻ˣ) loses digits. */
  sigmoid: {
    about: "1 / (1 + exp(-x)), without an overflow.",
    argument: "x",
    steps: [step("e", apply("exp", apply("neg", apply("abs", x))))],
    value: apply(
      "div",
      apply("select", isPositive, constant(1), local("e")),
      apply("add", constant(1), local("e")),
    ),
  },
};

/** True for operators with a definition. */
export function isDefined(op: string): op is DefinedOp {
  return Object.hasOwn(DEFINITIONS, op);
}
