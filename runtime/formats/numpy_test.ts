/** Files that NumPy has written are read, and NumPy reads ours. */
import assert from "node:assert/strict";
import { pythonWith, runScript } from "../../codegen/testing/torch/python.ts";
import { arrayOf, bitsOf, DTYPES } from "../testing/array_files.ts";
import { decodeArrays } from "./array_file.ts";
import type { NamedArray, NamedArrays } from "./named_array.ts";
import { encodeNpy } from "./npy.ts";
import { encodeNpz } from "./npz.ts";

/** An array as the script describes it: its dtype by NumPy's name, its elements in base64. */
interface Described {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: string;
}

interface Report {
  /** The arrays of the files that the script was given. */
  readonly read: readonly Readonly<Record<string, Described>>[];
  readonly written: readonly {
    readonly file: string;
    readonly arrays: Readonly<Record<string, Described>>;
  }[];
  readonly refused: Readonly<Record<string, string>>;
}

const NAMES = { f32: "f4", f16: "f2", u32: "u4", i32: "i4", u8: "u1" } as const;

const described = (array: NamedArray): Described => ({
  dtype: NAMES[array.dtype],
  shape: array.shape,
  bytes: bitsOf(array).toBase64(),
});

const allDescribed = (arrays: NamedArrays) =>
  Object.fromEntries([...arrays].map(([name, array]) => [name, described(array)]));

/** Arrays of all dtypes and some shapes; NumPy keeps the bits of not-a-numbers. */
const ours: NamedArrays = new Map(
  DTYPES.flatMap((dtype) =>
    [[], [1], [0], [7], [3, 0], [5, 3], [2, 1, 3, 11]].map((shape, seed) =>
      [`${dtype} ${shape.join()}`, arrayOf(dtype, shape, seed)] as const
    )
  ),
);

const python = await pythonWith("numpy");

Deno.test({
  name: "NumPy reads what is written here, and what it writes is read or refused",
  ignore: python === undefined,
  fn: async (test) => {
    const folder = await Deno.makeTempDir();
    const files = [
      encodeNpz(ours),
      encodeNpz(ours, { compress: true }),
      encodeNpz(new Map()),
      ...[...ours.values()].map((array) => encodeNpy(array)),
    ];
    const paths = files.map((_, i) => `${folder}/${i}`);
    await Promise.all(files.map((bytes, i) => Deno.writeFile(paths[i] ?? "", bytes)));
    // The script writes a report of this form.
    const report = await runScript(python ?? "", "numpy_files.py", paths) as Report;
    await Deno.remove(folder, { recursive: true });

    await test.step("ours", () => {
      const wanted = [
        ours,
        ours,
        new Map(),
        ...[...ours.values()].map((each) => new Map([["", each]])),
      ];
      assert.deepEqual(report.read, wanted.map(allDescribed));
    });
    await test.step("NumPy's", () => {
      assert.ok(report.written.length > 300);
      for (const { file, arrays } of report.written) {
        assert.deepEqual(
          allDescribed(decodeArrays(Uint8Array.fromBase64(file), "any.npy")),
          arrays,
        );
      }
    });
    await test.step("what cannot be read", () => {
      const entries = Object.entries(report.refused);
      assert.ok(entries.length > 0);
      for (const [name, file] of entries) {
        assert.throws(
          () => decodeArrays(Uint8Array.fromBase64(file), "any.npy"),
          /^FormatError: any\.npy cannot be read: it (has the dtype|holds Python objects) .* save it /,
          name,
        );
      }
    });
  },
});
