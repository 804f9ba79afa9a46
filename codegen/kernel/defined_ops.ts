/**
 * Operators that machines lack, defined by operators that they have. A target prints each as a function,
 * in texts that use it.
 *
 * @module
 */
import type { LetStage, Scalar, ScalarOp } from "./kernel.ts";
import { PHILOX } from "./philox.ts";

/** An operator with a definition. */
export type DefinedOp = "erf" | "sigmoid" | "randomBits";

/** A function of values of one type. */
export interface Definition {
  /** What it computes and how well, in a line. */
  readonly about: string;
  /** The type of its arguments and of its result. */
  readonly type: "f32" | "u32";
  /** The locals that hold the arguments. */
  readonly arguments: readonly string[];
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

const whole = (value: number): Scalar => ({ kind: "constant", type: "u32", value: value >>> 0 });
const word = (name: string): Scalar => ({ kind: "local", type: "u32", name });
const onWords = (op: ScalarOp, ...args: readonly Scalar[]): Scalar => ({
  kind: "apply",
  type: "u32",
  op,
  args,
});

/** Half of the bits of a word. */
const HALF = 0x10000;
const upper = (x: Scalar): Scalar => onWords("div", x, whole(HALF));
const lower = (x: Scalar): Scalar => onWords("sub", x, onWords("mul", upper(x), whole(HALF)));

/**
 * A round of Philox from the words `a` and `b`: the upper and lower half of a product of 64 bits, in halves
 * of words, as machines have no such product; none of these sums reaches 2³².
 */
function philoxRound(round: number): readonly LetStage[] {
  const [a, b] = [
    word(round === 0 ? "low" : `a${round}`),
    word(round === 0 ? "high" : `b${round}`),
  ];
  const [high, low] = [PHILOX.multiplier >>> 16, PHILOX.multiplier & 0xffff].map(whole);
  const named = (name: string) => `${name}${round + 1}`;
  const key = onWords("add", word("key"), whole(Math.imul(round, PHILOX.weyl)));
  if (high === undefined || low === undefined) throw new Error("A word has two halves");
  return [
    step(named("upper"), upper(a)),
    step(named("lower"), onWords("sub", a, onWords("mul", word(named("upper")), whole(HALF)))),
    step(
      named("cross"),
      onWords(
        "add",
        onWords("mul", high, word(named("lower"))),
        upper(onWords("mul", low, word(named("lower")))),
      ),
    ),
    step(
      named("rest"),
      onWords("add", onWords("mul", low, word(named("upper"))), lower(word(named("cross")))),
    ),
    step(
      named("a"),
      onWords(
        "xor",
        onWords(
          "xor",
          onWords(
            "add",
            onWords(
              "add",
              onWords("mul", high, word(named("upper"))),
              upper(word(named("cross"))),
            ),
            upper(word(named("rest"))),
          ),
          key,
        ),
        b,
      ),
    ),
    step(named("b"), onWords("mul", a, whole(PHILOX.multiplier))),
  ];
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
    type: "f32",
    arguments: ["x"],
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
    type: "f32",
    arguments: ["x"],
    steps: [step("e", apply("exp", apply("neg", apply("abs", x))))],
    value: apply(
      "div",
      apply("select", isPositive, constant(1), local("e")),
      apply("add", constant(1), local("e")),
    ),
  },
  /** The second word of the last round is not needed. */
  randomBits: {
    about: "The first word of Philox2x32-10 (Salmon et al., SC'11) of a counter under a key.",
    type: "u32",
    arguments: ["low", "high", "key"],
    steps: Array.from({ length: PHILOX.rounds }, (_, round) => philoxRound(round)).flat()
      .slice(0, -1),
    value: word(`a${PHILOX.rounds}`),
  },
};

/** True for operators with a definition. */
export function isDefined(op: string): op is DefinedOp {
  return Object.hasOwn(DEFINITIONS, op);
}
