import assert from "node:assert/strict";
import { join } from "node:path";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import type { LoadedModule } from "../backend.ts";
import { loadCapture, saveCapture } from "../files/capture_folder.ts";
import { initialiseModule } from "../parameters.ts";
import { reproduce } from "../testing/reproduce.ts";
import { stripedImages } from "../testing/striped_images.ts";
import { openWasm } from "../wasm/backend.ts";
import {
  type Capture,
  captureKernel,
  type CaptureRequest,
  outputFaults,
  parseCaptureRequest,
  replayKernel,
} from "./capture.ts";
import type { TrainerEvent } from "./events.ts";
import { Trainer } from "./trainer.ts";
import type { CaptureOptions } from "./trainer_options.ts";

const DIMS = { B: 4, samples: 15 };

/** The kernel that changes l3.b, in place. */
const UPDATE =
  mnistShared.programs.step.kernels.find(({ bindings }) =>
    bindings.some(({ tensor, access }) => tensor === "l3.b" && access === "read_write")
  )?.name ?? "";

async function withModel(
  use: (model: LoadedModule<typeof mnistShared>, folder: string) => Promise<void>,
): Promise<void> {
  const backend = await openWasm({ threads: 2 });
  const folder = await Deno.makeTempDir();
  try {
    const model = await backend.load(mnistShared, DIMS);
    initialiseModule(model, DIMS, 1);
    await use(model, folder);
  } finally {
    await backend.dispose();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Three steps. */
async function train(
  model: LoadedModule<typeof mnistShared>,
  stepLimit: number,
  captures?: CaptureOptions,
): Promise<TrainerEvent[]> {
  initialiseModule(model, DIMS, 1);
  const data = { training: stripedImages(12), validation: stripedImages(3), batchSize: 4 };
  const more = captures === undefined ? {} : { captures };
  const trainer = new Trainer({ model, ...data, epochs: 1, seed: 1, stepLimit, ...more });
  return await Array.fromAsync(trainer.run());
}

Deno.test("a kernel that changes a parameter is captured as it was before and after, and training is the same", () =>
  withModel(async (model, folder) => {
    await train(model, 1);
    const before = await model.read("l3.b");
    await train(model, 2);
    const after = await model.read("l3.b");
    const events = await train(model, 2, {
      at: parseCaptureRequest(`${UPDATE}@2`, mnistShared),
      save: async (capture) => {
        await saveCapture(folder, capture, mnistShared);
        return folder;
      },
    });
    assert.deepEqual(events.find(({ kind }) => kind === "captured"), {
      kind: "captured",
      kernel: UPDATE,
      step: 2,
      place: folder,
    });
    assert.deepEqual(await model.read("l3.b"), after);
    const { inputs, outputs, values } = await loadCapture(folder);
    assert.deepEqual(inputs.get("l3.b")?.data, before);
    assert.deepEqual(outputs.get("l3.b")?.data, after);
    assert.deepEqual(values, { B: 4, step: 2 });
    const text = "All outputs are finite, and as captured.\n";
    assert.deepEqual(await reproduce(folder), { code: 0, text });
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    assert.ok(names.some((name) => name.endsWith(`${UPDATE}.wgsl`)), names.join());
    const script = await Deno.readTextFile(join(folder, "reproduce.ts"));
    const [, assembly = ""] = /^\/\/ Its WebAssembly is a part of (.*)\.$/m.exec(script) ?? [];
    assert.match(await Deno.readTextFile(assembly), /^\(module[^]*\(export "step"\)/m);
  }));

Deno.test("differences count from a part of the largest element on", () => {
  const outputs = (...data: readonly number[]) =>
    new Map([[
      "y",
      { dtype: "f32", shape: [data.length], data: Float32Array.from(data) } as const,
    ]]);
  assert.deepEqual(outputFaults(outputs(1, -4), outputs(1.25, -4), 0.0625), []);
  assert.deepEqual(outputFaults(outputs(1, -4), outputs(1.5, -4), 0.0625), [
    "y: element 0 of 2 is 1.5; captured was 1.",
  ]);
  assert.equal(outputFaults(outputs(1), outputs(NaN), 9).length, 2);
});

Deno.test("what is not finite has to be the same, and no tensor may be missing", () => {
  const y = (...data: readonly number[]) =>
    new Map([[
      "y",
      { dtype: "f32", shape: [data.length], data: Float32Array.from(data) } as const,
    ]]);
  const faults = [
    [y(Infinity, 2), y(5, 2), "y: element 0 of 2 is 5; captured was Infinity."],
    [y(NaN, 2), y(0, 2), "y: element 0 of 2 is 0; captured was NaN."],
    [y(NaN, 2), y(NaN, 2.0001), "y: element 0 of 2 is NaN."],
    [y(1, 2), new Map(), "y: was captured, but not written again."],
    [new Map(), y(1, 2), "y: was not captured."],
    [y(1, 2), y(1), "y: has 1 element; captured were 2."],
  ] as const;
  for (const [captured, replayed, fault] of faults) {
    assert.deepEqual(outputFaults(captured, replayed, 0.001), [fault]);
  }
});

Deno.test("what was changed in a captured output is told", () =>
  withModel(async (model, folder) => {
    const values = { B: 4, step: 1 };
    const capture = await captureKernel(model, "step", values, UPDATE);
    const changed = capture.outputs.get("l3.b")?.data;
    assert.ok(changed !== undefined);
    const found = changed[3];
    changed[3] = 2;
    await saveCapture(folder, capture, mnistShared);
    assert.deepEqual(await reproduce(folder), {
      code: 1,
      text: `l3.b: element 3 of 10 is ${found}; captured was 2.\n`,
    });
  }));

Deno.test("a kernel of a module that has changed since is not run again", () =>
  withModel(async (model) => {
    const capture = await captureKernel(model, "evaluate", { B: 3 }, "relu1");
    const { inputs, dims } = capture;
    const changes: readonly (readonly [Partial<Capture>, string])[] = [
      [{ declaration: "other" }, "it was captured from another declaration"],
      [{ kernel: "relu3" }, 'program "evaluate" has none now;'],
      [{ program: "judge" }, 'program "judge" has none now;'],
      [
        { dims: { ...dims, samples: 16 } },
        "the module is loaded with samples = 15; load it with 16",
      ],
      [
        { inputs: new Map([...inputs].slice(1)) },
        'it reads "x", "l1.W" and "l1.b" now, and "l1.W" and "l1.b" were captured;',
      ],
    ];
    for (const [change, why] of changes) {
      await assert.rejects(replayKernel(model, { ...capture, ...change }), ({ message }: Error) => {
        assert.match(message, /^Cannot run kernel "relu[13]" of mnist_shared again: /);
        assert.ok(message.includes(why), message);
        return true;
      });
    }
    assert.deepEqual(await replayKernel(model, capture), capture.outputs);
  }));

Deno.test("a folder with other files is left alone, even if one is called like a capture's", () =>
  withModel(async (model, folder) => {
    const capture = await captureKernel(model, "evaluate", { B: 1 }, "relu1");
    const file = join(folder, "capture.json");
    for (const text of ["words", '{ "camera": 1 }']) {
      await Deno.writeTextFile(file, text);
      await assert.rejects(saveCapture(folder, capture, mnistShared), {
        message:
          `Cannot write a capture to ${folder}: it holds other files, such as capture.json; ` +
          "name another folder.",
      });
      assert.equal(await Deno.readTextFile(file), text);
    }
    assert.equal(Array.from(Deno.readDirSync(folder)).length, 1);
    await assert.rejects(
      saveCapture(file, capture, mnistShared),
      /^Error: Cannot write a capture to \S+json: EEXIST: .*; name another folder\.$/,
    );
  }));

Deno.test("a capture takes the place of another, and one that is damaged is refused", () =>
  withModel(async (model, folder) => {
    for (const kernel of ["relu1", "relu2"]) {
      const capture = await captureKernel(model, "evaluate", { B: 2 }, kernel);
      await saveCapture(folder, capture, mnistShared);
      assert.deepEqual(await loadCapture(folder), { ...capture, texts: [] });
    }
    const { code, text } = await reproduce(folder, "cuda");
    assert.deepEqual([code, text], [
      2,
      'Cannot run on "cuda"; choose one of webgpu, wasm, native.\n',
    ]);
    const file = join(folder, "capture.json");
    const whole = await Deno.readTextFile(file);
    const damage = [
      [whole.slice(0, -9), /capture\.json is damaged: .*JSON.*; capture the kernel anew\.$/],
      ["[]", /capture\.json is damaged: it holds no object;/],
      [whole.replace('"B": 2', '"B": "2"'), /damaged: "values" is .* and no object of numbers;/],
      [whole.replace('"relu2"', "7"), /damaged: "kernel" is 7 and no text;/],
    ] as const;
    for (const [text, message] of damage) {
      await Deno.writeTextFile(file, text);
      await assert.rejects(loadCapture(folder), { name: "FormatError", message });
    }
    await Deno.writeTextFile(file, whole);
    await Deno.remove(join(folder, "outputs.npz"));
    await assert.rejects(loadCapture(folder), /holds no whole capture: ENOENT.*outputs\.npz/);
  }));

Deno.test("requests that name no kernel or no step are refused", () => {
  const parse = (text: string) => () => parseCaptureRequest(text, mnistShared);
  assert.deepEqual(parse("relu1@12")(), { kernel: "relu1", step: 12 });
  assert.throws(parse("relu@1"), /a step of mnist_shared has no kernel "relu"; it has "relu1", /);
  for (const text of ["relu1", "relu1@0", "relu1@x", "relu1@1.5", "relu1@1@2"]) {
    assert.throws(parse(text), /expected a step's number after the kernel, as in relu1@1\.$/);
  }
});

Deno.test("a kernel that no step has is refused before training", () =>
  withModel(async (model) => {
    const refused = (at: CaptureRequest) =>
      assert.rejects(train(model, 1, { at, save: () => "" }), ({ message }: Error) => {
        assert.match(message, /^Cannot capture "\w+@[\d.]+": /);
        return true;
      });
    await refused({ kernel: "relu", step: 1 });
    await refused({ kernel: "relu1", step: 1.5 });
    await refused({ kernel: "relu1", step: 0 });
  }));
