/**
 * Extents as i32 values inside a function: numbers, imported globals, parameters, and products that
 * are computed once at the function's start.
 *
 * @module
 */
import { type Extent, extentKey, factors, product } from "../../../dsl/dim.ts";
import type { FunctionBuilder } from "./function_builder.ts";
import { form, get, i32, type Local, mul, type Wat } from "./wat.ts";

/** The sizes that a function can name. */
export class Sizes {
  readonly #fn: FunctionBuilder;
  readonly #globals: ReadonlyMap<string, string>;
  readonly #params: ReadonlyMap<string, Local>;

  /**
   * @param globals identifiers of the globals of fixed dims.
   * @param params parameters that bear call dims.
   */
  constructor(
    fn: FunctionBuilder,
    globals: ReadonlyMap<string, string>,
    params: ReadonlyMap<string, Local>,
  ) {
    this.#fn = fn;
    this.#globals = globals;
    this.#params = params;
  }

  /** An extent as a value that is cheap to repeat. */
  value(extent: Extent): Wat {
    const { coefficient, symbols } = factors(extent);
    const [first, ...more] = symbols;
    if (first === undefined) return i32(coefficient);
    if (coefficient === 1 && more.length === 0) return this.#symbol(first);
    const name = [...symbols, ...(coefficient === 1 ? [] : [String(coefficient)])].join("_x_");
    const compute = () =>
      symbols.map((symbol) => this.#symbol(symbol)).reduce(mul, i32(coefficient));
    return get(this.#fn.once(`size ${extentKey(extent)}`, name, compute));
  }

  /** The bytes of a run of elements that take `each`. */
  bytes(extent: Extent, each: number): Wat {
    return this.value(product([extent, each]));
  }

  #symbol(name: string): Wat {
    const param = this.#params.get(name);
    if (param !== undefined) return get(param);
    const global = this.#globals.get(name);
    if (global !== undefined) return form(`global.get ${global}`);
    throw new Error(`Cannot write ${this.#fn.id}: no value for dim "${name}"`);
  }
}
