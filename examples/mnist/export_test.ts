import assert from "node:assert/strict";
import { join } from "node:path";
import { mnistCnn } from "../../generated/mnist_cnn/mnist_cnn.ts";
import { CHECKPOINT_FILE } from "../../runtime/files/checkpoint_folder.ts";
import { decodeArrays } from "../../runtime/formats/array_file.ts";
import type { NamedArrays } from "../../runtime/formats/named_array.ts";
import { encodeNpz } from "../../runtime/formats/npz.ts";
import { encodeSafetensors } from "../../runtime/formats/safetensors.ts";
import type { ModuleSpec } from "../../runtime/spec.ts";
import { arrayOf } from "../../runtime/testing/array_files.ts";
import { encodeCheckpoint } from "../../runtime/train/checkpoint_file.ts";
import { main } from "./export.ts";

/** Runs the command here; its exit code, and what it prints. */
async function run(...args: readonly string[]): Promise<{ code: number; text: string }> {
  const { log, error } = console;
  const lines: string[] = [];
  console.log = console.error = (line: string) => void lines.push(line);
  try {
    return { code: await main(args), text: lines.join("\n") };
  } finally {
    Object.assign(console, { log, error });
  }
}

/** Runs something in a folder of its own, which is removed. */
async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Random tensors of a module, of one kind. */
function tensorsOf({ tensors }: ModuleSpec, kind: "parameter" | "state"): NamedArrays {
  const dims = { B: 1, samples: 1 };
  return new Map(
    Object.entries(tensors).filter(([, tensor]) => tensor.kind === kind)
      .map(([name, { dtype, shape }], seed) => [name, arrayOf(dtype, shape(dims), seed)]),
  );
}

const parameters = tensorsOf(mnistCnn, "parameter");

/** A checkpoint of a module with these tensors. */
const checkpointOf = (module: string, tensors: NamedArrays): Uint8Array =>
  encodeCheckpoint({
    module,
    declaration: mnistCnn.declaration,
    position: { epoch: 1, batch: 0, step: 0 },
    settings: { seed: 1, batches: 1 },
    sums: { samples: 0, totals: {} },
    seconds: 0,
    history: [],
    config: null,
    tensors,
  });

Deno.test("parameters of a checkpoint are written without its states, bit for bit, in both formats", () =>
  inFolder(async (folder) => {
    const states = tensorsOf(mnistCnn, "state");
    assert.ok(parameters.size > 0 && states.size > 0);
    const all = new Map([...states, ...parameters]);
    await Deno.writeFile(join(folder, CHECKPOINT_FILE), checkpointOf("mnist_cnn", all));
    for (
      const [from, name] of [[folder, "w.npz"], [join(folder, CHECKPOINT_FILE), "w.safetensors"]]
    ) {
      const file = join(folder, name ?? "");
      const { code, text } = await run(from ?? "", file);
      assert.equal(code, 0, text);
      assert.deepEqual(decodeArrays(await Deno.readFile(file), file), parameters);
      for (const [tensor, { dtype, shape }] of parameters) {
        assert.ok(text.includes(`${tensor}: ${dtype} [${shape.join(", ")}]\n`), text);
      }
      assert.match(text, new RegExp(`\nWritten to ${file}: \\d+\\.\\d MB\\.$`));
    }
  }));

Deno.test("arrays of other files go from one format to another as they are", () =>
  inFolder(async (folder) => {
    const arrays = new Map([["any", arrayOf("i32", [2, 3], 1)], ["b.m", arrayOf("f16", [], 2)]]);
    const [npz, tensors, back] = ["a.npz", "b.safetensors", "c.npz"].map((name) =>
      join(folder, name)
    );
    await Deno.writeFile(npz ?? "", encodeNpz(arrays));
    assert.equal((await run(npz ?? "", tensors ?? "")).code, 0);
    assert.equal((await run(tensors ?? "", back ?? "")).code, 0);
    for (const file of [tensors, back]) {
      assert.deepEqual(decodeArrays(await Deno.readFile(file ?? ""), "f"), arrays);
    }
  }));

Deno.test("what cannot be exported is refused with a sentence, and nothing is written", () =>
  inFolder(async (folder) => {
    const [file, target] = [join(folder, "a"), join(folder, "w.npz")];
    const refuses = async (code: number, message: string, ...args: readonly string[]) => {
      const outcome = await run(...args);
      assert.deepEqual(outcome, { code, text: message });
    };
    const cases: readonly (readonly [Uint8Array, string])[] = [
      [
        checkpointOf("other", parameters),
        `${file} is a checkpoint of model "other", but this task knows only mnist_shared, mnist_original, ` +
        `mnist_shared_f16, mnist_cnn; read it with the program that saved it.`,
      ],
      [
        checkpointOf("mnist_cnn", new Map([...parameters].slice(1))),
        `${file} does not fit model "mnist_cnn": it lacks "${[...parameters.keys()][0]}".`,
      ],
      [
        encodeSafetensors(parameters).subarray(0, 7),
        `${file} is no file of arrays: it begins with the bytes `,
      ],
    ];
    for (const [bytes, message] of cases) {
      await Deno.writeFile(file, bytes);
      const { code, text } = await run(file, target);
      assert.equal(code, 1);
      assert.ok(text.startsWith(message) && text.split("\n").length === 1, text);
    }
    await refuses(1, `${target} does not exist; give a checkpoint or its folder.`, target, target);
    await refuses(
      2,
      `Cannot write the weights w.pt: let it end in .safetensors, .npz or .onnx.`,
      file,
      "w.pt",
    );
    await refuses(
      2,
      `Cannot write the weights ${folder}/none/w.npz: there is no folder ${folder}/none.`,
      file,
      join(folder, "none", "w.npz"),
    );
    assert.equal((await run(file)).code, 2);
    assert.deepEqual((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["a"]);
  }));

Deno.test("a checkpoint is not replaced by its own weights", () =>
  inFolder(async (folder) => {
    const [file, link] = [join(folder, "a.npz"), join(folder, "link.npz")];
    await Deno.writeFile(file, encodeNpz(new Map([["a", arrayOf("f32", [2], 1)]])));
    await Deno.symlink(file, link);
    const before = await Deno.readFile(file);
    for (const target of [file, link]) {
      const { code, text } = await run(file, target);
      assert.equal(code, 2);
      assert.ok(text.includes("it is the file that they are read from"), text);
    }
    assert.deepEqual(await Deno.readFile(file), before);
  }));

Deno.test("the task has the permissions that it needs", () =>
  inFolder(async (folder) => {
    const [from, to] = [join(folder, "a.npz"), join(folder, "b.safetensors")];
    await Deno.writeFile(from, encodeNpz(new Map([["a", arrayOf("f32", [2], 1)]])));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "export", from, to],
      cwd: new URL("../../", import.meta.url),
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.match(new TextDecoder().decode(stdout), /^a: f32 \[2\]\nWritten to /);
    assert.equal(decodeArrays(await Deno.readFile(to), to).size, 1);
  }));
