/**
 * How large the last run left each tensor: a smaller batch fills only its first rows.
 *
 * @module
 */
import type { Dims, ModuleSpec } from "./spec.ts";

/** For each tensor, the dims of the last run that wrote it. */
export class LastSizes {
  /** The names of the tensors that each program writes. */
  readonly #written: ReadonlyMap<string, readonly string[]>;
  readonly #dims = new Map<string, Dims<string>>();

  constructor({ programs }: ModuleSpec) {
    this.#written = new Map(
      Object.entries(programs).map(([name, { kernels }]) => {
        const bindings = kernels.flatMap((kernel) => kernel.bindings);
        return [
          name,
          bindings.filter(({ access }) => access !== "read").map((each) => each.tensor),
        ];
      }),
    );
  }

  /** Notes that a program was run with these dims. */
  ran(program: string, dims: Dims<string>): void {
    for (const tensor of this.#written.get(program) ?? []) this.#dims.set(tensor, dims);
  }

  /** Notes that the caller has written a tensor. */
  wrote(tensor: string): void {
    this.#dims.delete(tensor);
  }

  /** The dims of the last run that wrote a tensor, if nobody has written it since. */
  of(tensor: string): Dims<string> | undefined {
    return this.#dims.get(tensor);
  }
}
