/**
 * Trains a generated model for some steps and tells the times of chunks of steps; where the peaks of the
 * machine are given, also the times of kernels. A chunk ends when its sum of losses has been read.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { openMnist } from "../../examples/mnist/mnist_files.ts";
import type { LoadedModule } from "../../runtime/backend.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { profileRows } from "../../runtime/profile.ts";
import type { Dims, ModuleSpec } from "../../runtime/spec.ts";
import { type DrawnSpec, SampleTables } from "../../runtime/train/tables.ts";
import type { TrainableSpec } from "../../runtime/train/totals.ts";
import { SEED } from "../start.ts";
import { backendNamed, openDevice, specIn } from "./device.ts";
import { tell, tellEnd } from "./tell.ts";

const text = { type: "string" } as const;
const { values } = parseArgs({
  options: {
    module: text,
    device: text,
    threads: text,
    batch: text,
    chunks: text,
    chunk: text,
    seconds: text,
    "peak-gflops": text,
    "peak-gbytes": text,
  },
});

const ZERO = new Float32Array(1);

/** The model on its device, with the samples on the device too. */
class Training {
  readonly model: LoadedModule<TrainableSpec & DrawnSpec>;
  readonly #tables: SampleTables;
  readonly #samples: number;
  readonly #batch: number;
  readonly #values = { B: 0, step: 0 };

  constructor(
    model: LoadedModule<TrainableSpec & DrawnSpec>,
    tables: SampleTables,
    samples: number,
    batch: number,
  ) {
    this.model = model;
    this.#tables = tables;
    this.#samples = samples;
    this.#batch = this.#values.B = batch;
  }

  /** Takes steps, waits for them, and gives their mean loss. */
  async take(steps: number): Promise<number> {
    for (let i = 0; i < steps; i++) {
      const batches = Math.floor(this.#samples / this.#batch);
      this.#tables.draw((this.#values.step % batches) * this.#batch, this.#batch);
      this.#values.step++;
      this.model.run("step", this.#values);
    }
    const [sum = NaN] = await this.model.read("loss_total");
    this.model.write("loss_total", ZERO);
    return sum / (steps * this.#batch);
  }
}

async function main(): Promise<void> {
  const { module = "", device } = values;
  const peak = { gflops: Number(values["peak-gflops"]), gbytes: Number(values["peak-gbytes"]) };
  const profile = peak.gflops > 0;
  const [threads = 1, batch = 100, chunks = 1, chunk = 1, seconds = Infinity] = [
    values.threads,
    values.batch,
    values.chunks,
    values.chunk,
    values.seconds,
  ].map((value) => value === undefined ? undefined : Number(value));
  const spec = await specIn(module);
  const { training, validation } = await openMnist();
  const dims = { B: batch, samples: training.count + validation.count };
  const kind = backendNamed(device);
  const { backend, about } = await openDevice({ device: kind, threads, profile });
  tell(about);
  tell({ kind: "work", megaFlop: megaFlopOf(spec, dims) });
  // Every model that `deno task gen` compiles from inputs of bytes has these programs and tensors.
  const model = await backend.load(spec as TrainableSpec & DrawnSpec, dims);
  initialiseModule(model, dims, SEED);
  const tables = new SampleTables(model, training, validation);
  await tables.fill();
  tables.shuffle(SEED, 1);
  await measure(new Training(model, tables, training.count, batch), chunks, chunk, seconds);
  if (profile) {
    const rows = profileRows({ times: await model.kernelTimes(), spec, dims, peak });
    rows.forEach((row) => tell({ kind: "kernel", attained: 0, ...row }));
  }
  await backend.dispose();
  tellEnd();
}

function megaFlopOf({ programs }: ModuleSpec, dims: Dims<string>): number {
  const kernels = programs.step?.kernels ?? [];
  return kernels.reduce((sum, kernel) => sum + kernel.flops(dims), 0) / 1e6;
}

/** One step by itself, then chunks of steps, at least two, until all are done or the time is up. */
async function measure(
  training: Training,
  chunks: number,
  chunk: number,
  seconds: number,
): Promise<void> {
  const begun = performance.now();
  for (let at = 0; at <= chunks; at++) {
    if (at > 2 && performance.now() - begun > 1000 * seconds) break;
    const steps = at === 0 ? 1 : chunk;
    const started = performance.now();
    const loss = await training.take(steps);
    tell({ kind: "chunk", steps, milliseconds: performance.now() - started, loss });
  }
}

await main();
