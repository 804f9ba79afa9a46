/** Initialisers: the distributions that parameters start from. @module */
import { type Extent, product, type Shape } from "./dim.ts";
import { DeclarationError, showValue } from "./errors.ts";
import { isRecordOf } from "./options.ts";

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
  options: { readonly mean?: number; readonly std?: number } = {},
): Initialiser {
  checkNames("normal", options, ["mean", "std"]);
  const { mean = 0, std = 1 } = options;
  checkNumber("normal", mean);
  checkNumber("normal", std, 0);
  return () => ({ kind: "normal", mean, std });
}

/** Spread evenly over [low, high). */
export function uniform(
  options: { readonly low?: number; readonly high?: number } = {},
): Initialiser {
  checkNames("uniform", options, ["low", "high"]);
  const { low = -1, high = 1 } = options;
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
  return scaled("lecunNormal", "normal", () => 1, [IN], options);
}

/** LeCun's initialiser with evenly spread numbers; see {@linkcode lecunNormal}. */
export function lecunUniform(options: FanOptions = {}): Initialiser {
  return scaled("lecunUniform", "uniform", () => 1, [IN], options);
}

/**
 * Glorot's initialiser: variance 2·gain² / (fan-in + fan-out). Source: X. Glorot, Y. Bengio, "Understanding
 * the difficulty of training deep feedforward neural networks" (2010), equation 16.
 *
 * @throws {DeclarationError} for a parameter with fewer than two axes.
 */
export function glorotNormal(options: FanOptions & { readonly gain?: number } = {}): Initialiser {
  return scaled("glorotNormal", "normal", glorotGain, [IN, OUT], options, "gain");
}

/** Glorot's initialiser with evenly spread numbers; see {@linkcode glorotNormal}. */
export function glorotUniform(options: FanOptions & { readonly gain?: number } = {}): Initialiser {
  return scaled("glorotUniform", "uniform", glorotGain, [IN, OUT], options, "gain");
}

/**
 * He's initialiser for layers before a rectifier: variance 2 / ((1 + slope²) · fan-in), where `slope` is that
 * of a leaky one. Source: K. He, X. Zhang, S. Ren, J. Sun, "Delving Deep into Rectifiers" (2015), section 2.2.
 *
 * @throws {DeclarationError} for a parameter with fewer than two axes.
 */
export function heNormal(options: FanOptions & { readonly slope?: number } = {}): Initialiser {
  return scaled("heNormal", "normal", heGain, [IN], options, "slope");
}

/** He's initialiser with evenly spread numbers; see {@linkcode heNormal}. */
export function heUniform(options: FanOptions & { readonly slope?: number } = {}): Initialiser {
  return scaled("heUniform", "uniform", heGain, [IN], options, "slope");
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
export function orthogonal(options: { readonly gain?: number } = {}): Initialiser {
  checkNames("orthogonal", options, ["gain"]);
  const { gain = 1 } = options;
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

const glorotGain = (gain = 1): number => 2 * gain * gain;
const heGain = (slope = 0): number => 2 / (1 + slope * slope);

function scaled<N extends string = never>(
  name: string,
  distribution: "normal" | "uniform",
  gainOf: (setting?: number) => number,
  fans: readonly Fan[],
  options: FanOptions & { readonly [S in N]?: number },
  setting?: N,
): Initialiser {
  checkNames(name, options, ["fanIn", "fanOut", ...setting === undefined ? [] : [setting]]);
  const { fanIn, fanOut } = options;
  for (const axes of [fanIn, fanOut]) checkAxes(name, axes);
  const gain = gainOf(setting === undefined ? undefined : options[setting]);
  checkNumber(name, gain);
  return (shape) => {
    checkRank(name, shape);
    for (const axis of [...fanIn ?? [], ...fanOut ?? []]) {
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

/** A slip in a name would leave its default in place. */
function checkNames(name: string, options: unknown, known: readonly string[]): void {
  const got = isRecordOf(options, () => true) ? Object.keys(Object(options)) : undefined;
  const unknown = got?.find((each) => !known.includes(each));
  if (got !== undefined && unknown === undefined) return;
  throw new DeclarationError(
    `Cannot initialise by ${name} with ${
      unknown === undefined ? showValue(options) : `"${unknown}"`
    }: its options are { ${known.join(", ")} }`,
  );
}

function checkAxes(name: string, axes: unknown): void {
  if (axes === undefined) return;
  if (Array.isArray(axes) && axes.length > 0 && new Set(axes).size === axes.length) return;
  throw new DeclarationError(
    `Cannot initialise by ${name} with the axes ${
      showValue(axes)
    }: wanted a list of different axes, such as [1, 2]`,
  );
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
