/** PyTorch reads our safetensors files, and what it writes is read. */
import assert from "node:assert/strict";
import { pythonWithTorch, runScript } from "../../codegen/testing/torch/python.ts";
import { arrayOf, bitsOf } from "../testing/array_files.ts";
import type { NamedArrays } from "./named_array.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

/** The dtypes that PyTorch has. */
const NAMES = { f32: "F32", f16: "F16", i32: "I32", u8: "U8" } as const;
const DTYPES = ["f32", "f16", "i32", "u8"] as const;

/** Arrays as the script describes them: elements in base64. */
function described(arrays: NamedArrays): unknown {
  return Object.fromEntries(
    [...arrays].map(([name, array]) => {
      const dtype = array.dtype === "u32" ? assert.fail(name) : NAMES[array.dtype];
      return [name, { dtype, shape: array.shape, bytes: bitsOf(array).toBase64() }];
    }),
  );
}

const python = await pythonWithTorch();

Deno.test({
  name: "PyTorch reads what is written here, and what it writes is read",
  ignore: python === undefined,
  fn: async () => {
    const shapes = [[], [1], [0], [7], [3, 0], [2, 1, 11], [5, 3]];
    const ours: NamedArrays = new Map(
      DTYPES.flatMap((dtype) =>
        shapes.map((shape, seed) => [`${dtype}[${shape}]`, arrayOf(dtype, shape, seed)] as const)
      ),
    );
    const folder = await Deno.makeTempDir();
    const [read, write] = [`${folder}/ours`, `${folder}/theirs`];
    await Deno.writeFile(read, encodeSafetensors(ours, { who: "we" }));
    // The script writes an object of this form.
    const report = await runScript(python ?? "", "safetensors_files.py", { read, write }) as {
      readonly read: unknown;
      readonly written: unknown;
    };
    const theirs = decodeSafetensors(await Deno.readFile(write), write);
    await Deno.remove(folder, { recursive: true });
    assert.deepEqual(report.read, described(ours));
    assert.equal(theirs.arrays.size, 10 * shapes.length);
    assert.deepEqual(described(theirs.arrays), report.written);
  },
});
