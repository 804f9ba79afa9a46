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
    try {
      const dims = [...module.fixedDims, ...module.callDims];
      const loaded = await backend.load(
        module,
        Object.fromEntries(dims.map((each) => [each, sizes[each] ?? NaN])),
      );
      const results: Record<string, readonly number[]> = {};
      const names = Object.keys(module.programs).filter((name) =>
        name !==
          (training === "training" && "forward_training" in module.programs
            ? "forward"
            : "forward_training")
      );
      for (const name of names) {
        // A program that gives states new values overwrites the old ones.
        for (const [leaf, { dtype, shape }] of Object.entries(module.tensors)) {
          const count = shape(sizes).reduce((product, extent) => product * extent, 1);
          const given = values[leaf] ?? (leaf === "gy" ? Array<number>(count).fill(1) : undefined);
          if (given !== undefined) loaded.write(leaf, ARRAY_TYPES[dtype].from(given));
        }
        const { outputs, updates, scalars } = module.programs[name] ??
          { outputs: [], updates: [], scalars: [] };
        const wanted = [...module.callDims, ...scalars];
        loaded.run(name, Object.fromEntries(wanted.map((each) => [each, sizes[each] ?? NaN])));
        for (const each of [...outputs, ...updates]) results[each] = [...await loaded.read(each)];
      }
      return results;
    } finally {
      await backend.dispose();
    }
  });
}
