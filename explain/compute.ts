/** What a layer computes for some numbers: to try a formula out before anything is generated. @module */
import type { LayerDeclaration } from "../dsl/declare.ts";
import { ARRAY_TYPES } from "../runtime/tensor_data.ts";
import { openWasm } from "../runtime/wasm/backend.ts";
import { withFreshModule } from "./temporary_module.ts";

/**
 * Compiles a layer, runs all its programs on the CPU, and gives what they write, by name: the result `y` in use
 * (in training, where `training` says so), new values of states, and gradients, `gx` for x. They are gradients
 * of the sum of y's elements, unless `gy` is given.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { defineLayer, dim, mul, tensor } from "../dsl/mod.ts";
 * import { compute } from "./compute.ts";
 * const square = defineLayer({
 *   name: "square",
 *   inputs: { x: tensor(dim("B")) },
 *   forward: ({ x }) => mul(x, x),
 * });
 * const { y, gx } = await compute(square, { B: 3 }, { x: [1, -2, 3] });
 * assert.deepEqual([y, gx], [[1, 4, 9], [2, -4, 6]]);
 * ```
 *
 * @param sizes a number for each dim, and for the scalars `seed` and `step` of layers that draw random numbers
 * @param values the elements of each input, parameter and state, row-major
 * @throws {DeclarationError} if a gradient that is written by hand is wrong
 */
export async function compute(
  layer: LayerDeclaration,
  sizes: Readonly<Record<string, number>>,
  values: Readonly<Record<string, readonly number[]>>,
  training: "training" | "use" = "use",
): Promise<Readonly<Record<string, readonly number[]>>> {
  return await withFreshModule(layer, async (module) => {
    const backend = await openWasm({ threads: 1 });
    const valuesOf = (names: readonly string[]): Record<string, number> =>
      Object.fromEntries(names.map((name) => [name, sizes[name] ?? NaN]));
    // Of the two programs that give the result, the one that is not wanted.
    const other = training === "use" ? "forward_training" : "forward";
    const hasBoth = "forward_training" in module.programs;
    try {
      const loaded = await backend.load(
        module,
        valuesOf([...module.fixedDims, ...module.callDims]),
      );
      const results: Record<string, readonly number[]> = {};
      for (const [name, { outputs, updates, scalars }] of Object.entries(module.programs)) {
        if (hasBoth && name === other) continue;
        // A program that gives states new values overwrites the old ones.
        for (const [leaf, { dtype, shape }] of Object.entries(module.tensors)) {
          const count = shape(sizes).reduce((product, extent) => product * extent, 1);
          const given = values[leaf] ?? (leaf === "gy" ? Array<number>(count).fill(1) : undefined);
          if (given !== undefined) loaded.write(leaf, ARRAY_TYPES[dtype].from(given));
        }
        loaded.run(name, valuesOf([...module.callDims, ...scalars]));
        for (const each of [...outputs, ...updates]) results[each] = [...await loaded.read(each)];
      }
      return results;
    } finally {
      await backend.dispose();
    }
  });
}
