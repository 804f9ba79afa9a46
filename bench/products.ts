/**
 * Matrix products to measure by themselves.
 *
 * @module
 */

/** A product of [m, k] and [k, n]; `T` says that an operand is stored transposed. */
export interface Product {
  /** How messages and tables call it. */
  readonly name: string;
  readonly layout: "NN" | "NT" | "TN";
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

function product(layout: Product["layout"], m: number, n: number, k: number): Product {
  return { name: `${layout} ${m}×${n}×${k}`, layout, m, n, k };
}

/** The contractions of a step of the weight-sharing model with a batch of 100, in order. */
export const STEP_PRODUCTS: readonly Product[] = [
  product("NT", 100, 1000, 784),
  product("NT", 100, 900, 100),
  product("NT", 100, 10, 900),
  product("NN", 100, 900, 10),
  product("NN", 100, 100, 900),
  product("TN", 10, 900, 100),
  product("TN", 900, 100, 100),
  product("TN", 1000, 784, 100),
];

/** Products of two square matrices. */
export const SQUARE_PRODUCTS: readonly Product[] = [64, 128, 256, 512, 1024, 2048].map((size) =>
  product("NN", size, size, size)
);

/** Multiplications and additions, in millions. */
export function megaFlop({ m, n, k }: Product): number {
  return 2 * m * n * k / 1e6;
}
