import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { mnistCnn } from "../../generated/mnist_cnn/mnist_cnn.ts";
import { mnistOriginal } from "../../generated/mnist_original/mnist_original.ts";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import { encodeNpz } from "../../runtime/formats/npz.ts";
import type { NamedArrays } from "../../runtime/formats/named_array.ts";
import { encodeSafetensors } from "../../runtime/formats/safetensors.ts";
import type { ModuleSpec } from "../../runtime/spec.ts";
import { openWasm } from "../../runtime/wasm/backend.ts";
import { main } from "./evaluate.ts";
import {
  inFolder,
  lights,
  parametersOf,
  printed,
  type SampleImages,
  sampleImages,
  trainedArrays,
  writeCheckpoint,
} from "./sample_network.ts";

const COUNT = 330;
const arrays = await trainedArrays(100);
const samples = await sampleImages(0, COUNT);

/** An IDX file. */
function idx(dims: readonly number[], elements: Uint8Array): Uint8Array {
  const file = new Uint8Array(4 + 4 * dims.length + elements.length);
  file.set([0, 0, 8, dims.length]);
  dims.forEach((dim, at) => new DataView(file.buffer).setUint32(4 + 4 * at, dim));
  file.set(elements, 4 + 4 * dims.length);
  return file;
}

/** A folder that holds MNIST with few test images. */
async function writeData(folder: string, { images, digits }: SampleImages): Promise<void> {
  const files = {
    "train-images-idx3-ubyte": idx([1, 28, 28], images.subarray(0, 784)),
    "train-labels-idx1-ubyte": idx([1], digits.subarray(0, 1)),
    "t10k-images-idx3-ubyte": idx([digits.length, 28, 28], images),
    "t10k-labels-idx1-ubyte": idx([digits.length], digits),
  };
  for (const [name, file] of Object.entries(files)) await Deno.writeFile(`${folder}/${name}`, file);
}

/** What the model's own program `evaluate` makes of the samples: sums of losses and of correct answers. */
async function totals(): Promise<readonly [number, number]> {
  const backend = await openWasm();
  const model = await backend.load(mnistShared, { B: COUNT, samples: 1 });
  for (const [name, { data }] of parametersOf(arrays)) {
    // The names are the module's own.
    model.write(name as keyof typeof mnistShared.tensors, data);
  }
  model.write("loss_total", new Float32Array(1));
  model.write("accuracy_total", new Float32Array(1));
  model.write("x", lights(samples.images));
  model.write("label", Uint32Array.from(samples.digits));
  model.run("evaluate", { B: COUNT });
  const [[loss = NaN], [correct = NaN]] = [
    await model.read("loss_total"),
    await model.read("accuracy_total"),
  ];
  await backend.dispose();
  return [loss, correct];
}

const judge = (...args: string[]) => printed(() => main([...args, "--backend", "wasm"]));

Deno.test("what is printed and reported is what the model itself finds", () =>
  inFolder(async (folder) => {
    await writeData(folder, samples);
    const position = { epoch: 3, batch: 1, step: 1201 };
    await writeCheckpoint(`${folder}/run`, arrays, { position });
    const report = `${folder}/report.json`;
    const { code, out, err } = await judge(
      `${folder}/run`,
      ...["--data", folder, "--json", report, "--batch", "101", "--threads", "1"],
    );
    assert.deepEqual([code, err], [0, ""]);

    const [lossSum, correct] = await totals();
    const found = JSON.parse(await Deno.readTextFile(report));
    assert.equal(found.file, `${folder}/run/checkpoint.safetensors`);
    assert.deepEqual([found.model, found.samples], ["shared", COUNT]);
    assert.deepEqual(found.position, position);
    assert.ok(Math.abs(found.loss / (lossSum / COUNT) - 1) < 1e-5, `${found.loss}`);
    assert.equal(found.accuracy, correct / COUNT);
    const rows: readonly (readonly number[])[] = found.confusion;
    const diagonal = rows.reduce((sum, row, at) => sum + (row[at] ?? NaN), 0);
    assert.equal(diagonal, correct);
    rows.forEach((row, digit) =>
      assert.equal(
        row.reduce((sum, count) => sum + count),
        samples.digits.filter((each) => each === digit).length,
      )
    );
    const wrong = COUNT - correct;
    assert.ok(wrong > 5 && found.accuracy > 0.8, `${wrong} of ${COUNT} are wrong`);
    assert.equal(found.mostWrong.length, Math.min(20, wrong));
    for (const { index, truth, prediction } of found.mostWrong) {
      assert.equal(truth, samples.digits[index]);
      assert.notEqual(truth, prediction);
      assert.ok(out.includes(`#${index}`), `${index} is drawn`);
    }

    const loss = found.loss.toFixed(4);
    const percent = (100 * found.accuracy).toFixed(2);
    assert.ok(
      out.includes(
        `checkpoint.safetensors (shared, after 2 epochs and 1 step): loss ${loss}, accuracy ${percent} % ` +
          `(${correct} of ${COUNT} images)`,
      ),
      out,
    );
    for (const line of out.split("\n").slice(4)) assert.ok(line.length <= 80, line);
    assert.doesNotMatch(out, /NaN|undefined/);
    assert.equal(stripVTControlCharacters(out), out);
  }));

/** Parameters of a model, all 0. */
function zeros({ tensors }: ModuleSpec): NamedArrays {
  return new Map(
    Object.entries(tensors).filter(([, { kind }]) => kind === "parameter").map(([name, tensor]) => {
      const shape = tensor.shape({ B: 1, samples: 1 });
      const count = shape.reduce((product, size) => product * size, 1);
      return [name, { dtype: "f32", shape, data: new Float32Array(count) }];
    }),
  );
}

Deno.test("the network is found out from names and shapes, or taken as told", () =>
  inFolder(async (folder) => {
    await writeData(folder, await sampleImages(0, 1));
    const weights = parametersOf(arrays);
    await Deno.writeFile(`${folder}/a.npz`, encodeNpz(weights));
    await Deno.writeFile(`${folder}/b.safetensors`, encodeSafetensors(zeros(mnistOriginal)));
    await Deno.writeFile(`${folder}/c.npz`, encodeNpz(zeros(mnistCnn)));
    await writeCheckpoint(`${folder}/older`, arrays, { declaration: "0".repeat(64) });
    const found = async (file: string, ...args: string[]) => {
      const { code, out, err } = await judge(`${folder}/${file}`, "--data", folder, ...args);
      assert.deepEqual([code, err], [0, ""]);
      return out.match(/\(([^)]+)\): loss/)?.[1];
    };
    assert.equal(await found("a.npz"), "shared");
    assert.equal(await found("a.npz", "--model", "shared-f16"), "shared-f16");
    assert.equal(await found("b.safetensors"), "original");
    assert.equal(await found("c.npz"), "cnn");
    assert.equal(await found("older", "--model", "shared"), "shared, after 0 steps");
    for (const [epoch, text] of [[2, "1 epoch"], [6, "5 epochs"]] as const) {
      await writeCheckpoint(`${folder}/run`, arrays, { position: { epoch, batch: 0, step: 1 } });
      assert.equal(await found("run"), `shared, after ${text}`);
    }
  }));

Deno.test("a network that makes no mistake has no mistakes to draw", () =>
  inFolder(async (folder) => {
    await writeData(folder, await sampleImages(0, 1));
    await writeCheckpoint(folder, arrays);
    const { code, out } = await judge(folder, "--data", folder);
    assert.equal(code, 0);
    assert.match(out, /accuracy 100\.00 % \(1 of 1 images\)/);
    assert.doesNotMatch(out, /Most wrong/);
  }));

Deno.test("what cannot be judged is refused with a sentence", () =>
  inFolder(async (folder) => {
    await writeData(folder, await sampleImages(0, 1));
    const weights = parametersOf(arrays);
    const lacking = new Map(weights);
    lacking.delete("l3.b");
    const bytes = encodeSafetensors(weights);
    const infinite = new Map(weights).set("l3.b", {
      dtype: "f32",
      shape: [10],
      data: new Float32Array(10).fill(Infinity),
    });
    await Promise.all([
      Deno.writeFile(`${folder}/cut.safetensors`, bytes.subarray(0, -8)),
      Deno.writeFile(`${folder}/lacking.safetensors`, encodeSafetensors(lacking)),
      Deno.writeFile(
        `${folder}/other.safetensors`,
        encodeSafetensors(weights, { module: "tiny_transformer" }),
      ),
      Deno.writeFile(`${folder}/good.safetensors`, bytes),
      Deno.writeFile(`${folder}/infinite.safetensors`, encodeSafetensors(infinite)),
      writeCheckpoint(`${folder}/older`, arrays, { declaration: "0".repeat(64) }),
      Deno.mkdir(`${folder}/empty`),
    ]);
    const at = (name: string) => `${folder}/${name}`;
    const data = ["--data", folder];
    const refusals: readonly (readonly [readonly string[], number, RegExp])[] = [
      [[at("none"), ...data], 1, /none does not exist; give a checkpoint or its folder\.$/],
      [[at("empty"), ...data], 1, /empty holds no checkpoint/],
      [[at("cut.safetensors"), ...data], 1, /cut\.safetensors is damaged: /],
      [[at("t10k-labels-idx1-ubyte"), ...data], 1, /is no file of arrays/],
      [
        [at("lacking.safetensors"), ...data],
        1,
        /fits none of the networks shared, original, shared-f16, cnn; to be told what differs, say with --model/,
      ],
      [
        [at("lacking.safetensors"), ...data, "--model", "shared"],
        1,
        /does not fit model "mnist_shared": it lacks "l3\.b"\.$/,
      ],
      [
        [at("good.safetensors"), ...data, "--model", "original"],
        1,
        /does not fit model "mnist_original": /,
      ],
      [
        [at("other.safetensors"), ...data],
        1,
        /is of model "tiny_transformer", which is none of mnist_shared, mnist_original, /,
      ],
      [
        [at("older"), ...data],
        1,
        /is of another declaration of model "mnist_shared": .*--model shared\.$/,
      ],
      [
        [at("infinite.safetensors"), ...data],
        1,
        /^Cannot judge image 0: the outputs of the network are not all finite/,
      ],
      [[at("good.safetensors"), "--data", at("empty")], 1, /^Cannot find MNIST in .*empty/],
      [
        [at("good.safetensors"), ...data, "--json", at("none/r.json")],
        2,
        /^Cannot write the numbers .*: there is no folder /,
      ],
      [[], 2, /^Missing <checkpoint>: /],
    ];
    for (const [args, code, message] of refusals) {
      const found = await judge(...args);
      assert.deepEqual([found.code, args], [code, args]);
      assert.match(found.err.trimEnd(), message);
      assert.doesNotMatch(found.err, /\n {4}at /);
    }
  }));
