/**
 * Random numbers as functions of a counter: element i of a tensor, in row-major order, depends on nothing but
 * the seed and the step of the call, the name of its stream, and i. So they are the same on every backend,
 * for any number of threads, and where a step is computed again.
 *
 * A program with random numbers takes the scalars `seed` (a whole number below 2³²) and `step` (below 2²⁴).
 * In a model a layer's stream belongs to its use: two dropouts drop different elements.
 *
 * @module
 */
import {
  add,
  div,
  greater,
  less,
  log,
  maximum,
  minimum,
  mul,
  neg,
  select,
  sqrt,
  sub,
} from "./arithmetic.ts";
import { type Extent, product, type Shape } from "./dim.ts";
import { broadcastTo } from "./elementwise.ts";
import { DeclarationError, showValue } from "./errors.ts";
import { handle, type Tensor } from "./handle.ts";
import { make } from "./intern.ts";
import type { Node } from "./ops.ts";
import { stepNumber } from "./optimizer.ts";

/** The name of the scalar that decides all random numbers of a call. */
export const SEED = "seed";

/** Which numbers a tensor holds. */
export interface StreamOptions {
  /** Names the numbers: tensors of other streams hold other ones. */
  readonly stream: string;
}

/** The key of a stream before the seed is added: FNV-1a of its name, in 32 bits. */
export function streamKey(name: string): Node {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return make("constant", { value: hash, dtype: "u32" });
}

/** Random u32 of a shape. */
function randomBits(shape: readonly Extent[], options: unknown): Node {
  const stream = typeof options === "object" && options !== null && "stream" in options
    ? options.stream
    : undefined;
  if (!Array.isArray(shape) || typeof stream !== "string" || stream === "") {
    throw new DeclarationError(
      `Cannot draw random numbers of shape ${showValue(shape)} from ${
        showValue(options)
      }: wanted a list of extents and the name of a stream; write randomUniform([B, N], { stream: "noise" })`,
    );
  }
  const scalar = (node: Node): Node => broadcastTo(node, shape);
  const counter = make("reshape", { shape }, [make("iota", { extent: product(shape) })]);
  const step = make("cast", { dtype: "u32" }, [stepNumber()]);
  const seed = make("input", { name: SEED, role: "scalar", shape: [], dtype: "u32" });
  const own = make("input", { name: stream, role: "stream", shape: [], dtype: "u32" });
  const key = make("add", {}, [seed, own]);
  return make("randomBits", {}, [counter, scalar(step), scalar(key)]);
}

/** How many different numbers {@linkcode randomUniform} gives: those of 24 bits, exact in f32. */
const STEPS = 2 ** 24;

/** The upper 24 bits as a number from 0 to 2²⁴ − 1. */
function whole<S extends Shape>(shape: S, options: StreamOptions): Tensor<S, "f32"> {
  const bits = handle<S, "u32">(randomBits(shape, options));
  return handle(make("cast", { dtype: "f32" }, [div(bits, 2 ** 8).node]));
}

/** The largest f32 below another. */
function floatBelow(high: number): number {
  const float = Float32Array.of(high), bits = new Int32Array(float.buffer);
  // The bits of floats of one sign are in order; below 0 comes what has the sign and one bit.
  const own = bits[0] ?? 0;
  bits[0] = float[0] === 0 ? -0x7fff_ffff : own > 0 ? own - 1 : own + 1;
  return float[0] ?? NaN;
}

function checkRange(low: unknown, high: unknown): void {
  const fits = typeof low === "number" && typeof high === "number" &&
    Math.fround(low) < Math.fround(high) && Number.isFinite(Math.fround(high - low));
  if (fits) return;
  throw new DeclarationError(
    `Cannot draw numbers from ${showValue(low)} to ${
      showValue(high)
    }: wanted a lower and a higher number that are finite and different in f32`,
  );
}

/**
 * Numbers spread evenly over [low, high), from 24 random bits each; none of them is rounded up to `high`.
 *
 * ```ts
 * import { dim, randomUniform } from "./mod.ts";
 * const noise = randomUniform([dim("B"), 8], { stream: "noise", low: -1, high: 1 });
 * if (noise.shape.length !== 2) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if no stream is named, or if `low` is not below `high`
 */
export function randomUniform<const S extends Shape>(
  shape: S,
  options: StreamOptions & { readonly low?: number; readonly high?: number },
): Tensor<S, "f32"> {
  const { low = 0, high = 1 } = options;
  checkRange(low, high);
  const above = mul(whole(shape, options), (high - low) / STEPS);
  // A product with 1 − 2⁻²⁴ is rounded down, a sum may be rounded up.
  return low === 0 ? above : minimum(add(above, low), floatBelow(high));
}

/**
 * True with a probability.
 *
 * ```ts
 * import { bernoulli, dim, input, select } from "./mod.ts";
 * const x = input("x", [dim("B")]);
 * const dropped = select(bernoulli([dim("B")], { stream: "mask", probability: 0.5 }), x, 0);
 * if (dropped.shape.length !== 1) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if the probability does not lie between 0 and 1
 */
export function bernoulli<const S extends Shape>(
  shape: S,
  options: StreamOptions & { readonly probability: number },
): Tensor<S, "bool"> {
  const { probability } = options;
  if (!(probability >= 0 && probability <= 1)) {
    throw new DeclarationError(
      `Cannot draw with the probability ${showValue(probability)}: wanted a number from 0 to 1`,
    );
  }
  return less(whole(shape, options), Math.round(probability * STEPS));
}

/**
 * The polynomials in w = −ln(1 − x²) of Giles' table 5, "Approximating the erfinv function" (GPU Computing
 * Gems, 2011), highest power first: one in w − 2.5 for w < 5, one in √w − 3 beyond.
 */
const CENTRE = [
  2.81022636e-08,
  3.43273939e-07,
  -3.5233877e-06,
  -4.39150654e-06,
  0.00021858087,
  -0.00125372503,
  -0.00417768164,
  0.246640727,
  1.50140941,
];
const TAIL = [
  -0.000200214257,
  0.000100950558,
  0.00134934322,
  -0.00367342844,
  0.00573950773,
  -0.0076224613,
  0.00943887047,
  1.00167406,
  2.83297682,
];

function polynomial<S extends Shape>(
  x: Tensor<S, "f32">,
  [first = 0, second = 0, ...others]: readonly number[],
): Tensor<S, "f32"> {
  return others.reduce(
    (total: Tensor<S, "f32">, own) => add(mul(total, x), own),
    add(mul(x, first), second),
  );
}

/**
 * Normally distributed numbers: a uniform number through the inverse of the normal distribution. The largest
 * is about 5.3 standard deviations from the mean.
 *
 * ```ts
 * import { dim, randomNormal } from "./mod.ts";
 * const noise = randomNormal([dim("B"), 8], { stream: "noise", std: 0.1 });
 * if (noise.shape.length !== 2) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if no stream is named
 */
export function randomNormal<const S extends Shape>(
  shape: S,
  options: StreamOptions & { readonly mean?: number; readonly std?: number },
): Tensor<S, "f32"> {
  const { mean = 0, std = 1 } = options;
  // Between −1 and 1, and never one of them: odd multiples of 2⁻²⁴.
  const x = mul(add(sub(whole(shape, options), STEPS / 2), 0.5), 2 / STEPS);
  const w = neg(log(mul(sub(1, x), add(x, 1))));
  const near = polynomial(sub(w, 2.5), CENTRE);
  const far = polynomial(sub(sqrt(maximum(w, 5)), 3), TAIL);
  const inverse = mul(select(greater(w, 5), far, near), x);
  return add(mul(handle<S, "f32">(inverse.node), Math.SQRT2 * std), mean);
}
