/**
 * Inputs that are drawn from tables of bytes, and what drawing adds to a model besides them.
 *
 * @module
 */
import { DeclarationError, showValue } from "./errors.ts";

/** How the values of an input come from bytes. */
export interface ByteSource {
  /** A value is its byte divided by this number. */
  readonly divisor: number;
}

/** What {@linkcode byteSource} is given. */
export interface ByteOptions {
  /** A value is its byte divided by this number, e.g. 255 for values from 0 to 1; 1 if left out. */
  readonly divideBy?: number;
}

/** The order of samples: a tensor of u32, [samples], which a drawn batch is a part of. */
export const ORDER = "order";
/** Where in the order a batch begins: a scalar that is given with each run. */
export const START = "start";
/** The number of samples in the tables: a dim. */
export const SAMPLES = "samples";

/** The name of the table that an input is drawn from. */
export function tableName(input: string): string {
  return `${input}_data`;
}

/**
 * The source that options describe.
 *
 * @param shown the tensor as messages name it, e.g. `tensor[B, 784]`
 * @throws {DeclarationError} if the divisor is no positive number of f32
 */
export function byteSource(shown: string, options: ByteOptions): ByteSource {
  // Specs run unchecked: anything may stand where options are wanted.
  const given: unknown = options;
  const known = typeof given === "object" && given !== null &&
    Object.keys(given).every((name) => name === "divideBy");
  const divisor: unknown = known ? options.divideBy ?? 1 : given;
  if (
    known && typeof divisor === "number" && divisor > 0 && Number.isFinite(Math.fround(divisor))
  ) {
    return { divisor };
  }
  throw new DeclarationError(
    `Cannot draw ${shown} from bytes divided by ${
      showValue(divisor)
    }: wanted a positive number; write fromBytes({ divideBy: 255 }), or fromBytes()`,
  );
}
