/** Initialisers: the distributions that parameters start from. @module */
import { type Extent, product, type Shape } from "./dim.ts";
import { DeclarationError, showValue } from "./errors.ts";

/** The first values of a parameter or a state. */
export type Initial =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "normal"; readonly mean: number; readonly std: number }
  /** Evenly spread over [low, high). */
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  /** Around 0, with the variance gain / Σ fans. */
  | {
    readonly kind: "scaled";
    readonly distribution: "normal" | "uniform";
    readonly gain: number;
    readonly fans: readonly Extent[];
  }
  /** The matrix of the first axis by all others has orthonormal rows or columns, times the gain. */
  | { readonly kind: "orthogonal"; readonly gain: number };

/** Gives the first values for a parameter of this shape. */
export type Initialiser = (shape: Shape) => Initial;

/**
 * Which axes of a parameter its fans are counted from. Weights of shape [outputs, inputs, …window] need
 * nothing: fan-in is inputs times window, fan-out is outputs times window.
 */
export interface FanOptions {
  /** Axes whose product is the number of terms of an output. */
  readonly fanIn?: readonly number[];
  /** Axes whose product is the number of outputs that an input goes into. */
  readonly fanOut?: readonly number[];
}

/** Every element is 0. */
export function zeros(): Initialiser {
  return filled(0);
}

/** Every element is 1. */
export function ones(): Initialiser {
  return filled(1);
}

/** Every element is this number. */
export function filled(value: number): Initialiser {
  checkNumber("filled", value);
  return () => ({ kind: "constant", value });
}

/** Normally distributed. */
export function normal(
  { mean = 0, std = 1 }: { readonly mean?: number; readonly std?: number } = {},
): Initialiser {
  checkNumber("normal", mean);
  checkNumber("normal", std, 0);
  return () => ({ kind: "normal", mean, std });
}

/** Spread evenly over [low, high). */
export function uniform(
  { low = -1, high = 1 }: { readonly low?: number; readonly high?: number } = {},
): Initialiser {
  checkNumber("uniform", low);
  checkNumber("uniform", high, low);
  return () => ({ kind: "uniform", low, high });
}

/**
 * LeCun's initialiser: variance 1 / fan-in. Source: LeCun, Bottou, Orr, Müller, "Efficient BackProp" (1998),
 * section 4.6.
 *
 * @throws {DeclarationError} for a parameter with fewer than two axes.
 */
export function lecunNormal(options: FanOptions = {}): Initialiser {
  return scaled("lecunNormal", "normal", 1, [IN], options);
}

/** LeCun's initialiser with evenly spread numbers; see {@linkcode lecunNormal}. */
export function lecunUniform(options: FanOptions = {}): Initialiser {
  return scaled("lecunUniform", "uniform", 1, [IN], options);
}

/**
 * Glorot's initialiser: variance 2·gain² / (fan-in + fan-out). Source: X. Glorot, Y. Bengio, "Understanding
 * the difficulty of training deep feedforward neural networks" (2010), equation 16.
 *
 * @throws {DeclarationError} for a parameter with fewer than two axes.
 */
export function glorotNormal(options: FanOptions & { readonly gain?: number } = {}): Initialiser {
  return scaled("glorotNormal", "normal", 2 * square(options.gain), [IN, OUT], options);
}

/** Glorot's initialiser with evenly spread numbers; see {@linkcode glorotNormal}. */
export function glorotUniform(options: FanOptions & { readonly gain?: number } = {}): Initialiser {
  return scaled("glorotUniform", "uniform", 2 * square(options.gain), [IN, OUT], options);
}

/**
 * He's initialiser for layers before a rectifier: variance 2 / ((1 + slope²) · fan-in), where `slope` is that
 * of a leaky one. Source: K. He, X. Zhang, S. Ren, J. Sun, "Delving Deep into Rectifiers" (2015), section 2.2.
 *
 * @throws {DeclarationError} for a parameter with fewer than two axes.
 */
export function heNormal(options: FanOptions & { readonly slope?: number } = {}): Initialiser {
  return scaled("heNormal", "normal", 2 / (1 + square(options.slope ?? 0)), [IN], options);
}

/** He's initialiser with evenly spread numbers; see {@linkcode heNormal}. */
export function heUniform(options: FanOptions & { readonly slope?: number } = {}): Initialiser {
  return scaled("heUniform", "uniform", 2 / (1 + square(options.slope ?? 0)), [IN], options);
}

/**
 * Orthonormal rows, or columns where those are fewer, times the gain, of the matrix of the first axis by all
 * others. Source: A. Saxe, J. McClelland, S. Ganguli, "Exact solutions to the nonlinear dynamics of learning
 * in deep linear neural networks" (2013).
 *
 * ```ts
 * import { dim, orthogonal, tensor } from "./mod.ts";
 * const W = tensor(dim("O"), dim("I")).init(orthogonal({ gain: Math.SQRT2 }));
 * if (W.initial?.kind !== "orthogonal") throw new Error();
 * ```
 *
 * @throws {DeclarationError} for a parameter with fewer than two axes.
 */
export function orthogonal({ gain = 1 }: { readonly gain?: number } = {}): Initialiser {
  checkNumber("orthogonal", gain);
  return (shape) => {
    checkRank("orthogonal", shape);
    return { kind: "orthogonal", gain };
  };
}

type Fan = (shape: Shape, options: FanOptions) => Extent;
const along = (shape: Shape, axes: readonly number[]): Extent =>
  product(axes.map((axis) => shape[axis] ?? NaN));
const windowAxes = (shape: Shape): readonly number[] => shape.map((_, axis) => axis).slice(2);
const IN: Fan = (shape, { fanIn }) => along(shape, fanIn ?? [1, ...windowAxes(shape)]);
const OUT: Fan = (shape, { fanOut }) => along(shape, fanOut ?? [0, ...windowAxes(shape)]);

const square = (value = 1): number => value * value;

function scaled(
  name: string,
  distribution: "normal" | "uniform",
  gain: number,
  fans: readonly Fan[],
  options: FanOptions,
): Initialiser {
  checkNumber(name, gain);
  return (shape) => {
    checkRank(name, shape);
    for (const axis of [...options.fanIn ?? [], ...options.fanOut ?? []]) {
      if (shape[axis] !== undefined) continue;
      throw new DeclarationError(
        `Cannot initialise a parameter of rank ${shape.length} by ${name}: it has no axis ${
          showValue(axis)
        }; axes run from 0 to ${shape.length - 1}`,
      );
    }
    return { kind: "scaled", distribution, gain, fans: fans.map((fan) => fan(shape, options)) };
  };
}

function checkRank(name: string, shape: Shape): void {
  if (shape.length >= 2) return;
  throw new DeclarationError(
    `Cannot initialise a parameter of rank ${shape.length} by ${name}: it needs an axis 1 (fan-in); use zeros()`,
  );
}

function checkNumber(name: string, value: number, least = -Infinity): void {
  if (typeof value === "number" && Number.isFinite(Math.fround(value)) && value >= least) return;
  throw new DeclarationError(
    `Cannot initialise by ${name} with ${showValue(value)}: wanted a finite number${
      Number.isFinite(least) ? ` of at least ${least}` : ""
    }`,
  );
}
