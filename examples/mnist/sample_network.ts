/** A network that was trained for a moment, its images, and what commands print, for tests. @module */
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import { CHECKPOINT_FILE } from "../../runtime/files/checkpoint_folder.ts";
import type { NamedArrays } from "../../runtime/formats/named_array.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import type { Checkpoint } from "../../runtime/train/checkpoint.ts";
import { encodeCheckpoint } from "../../runtime/train/checkpoint_file.ts";
import { readArrays } from "../../runtime/train/model_arrays.ts";
import { openWasm } from "../../runtime/wasm/backend.ts";
import { openMnist } from "./mnist_files.ts";

/** Images and their digits. */
export interface SampleImages {
  /** [count, 28, 28], from 0 to 255. */
  readonly images: Uint8Array<ArrayBuffer>;
  /** [count] */
  readonly digits: Uint8Array<ArrayBuffer>;
}

/** Some of MNIST's test images. */
export async function sampleImages(first: number, count: number): Promise<SampleImages> {
  const { validation } = await openMnist();
  const whole = async (chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, width: number) => {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const chunk of chunks) parts.push(chunk.slice());
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return bytes.slice(first * width, (first + count) * width);
  };
  return {
    images: await whole(validation.features(), validation.width),
    digits: await whole(validation.labels(), 1),
  };
}

/** Pixels as networks take them. */
export function lights(images: Uint8Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(images, (byte) => byte / 255);
}

/** What `deno task train` would have after some steps: parameters and states of `mnist_shared`. */
export async function trainedArrays(steps: number): Promise<NamedArrays> {
  const batch = 100;
  const { images, digits } = await sampleImages(1000, batch * 30);
  const backend = await openWasm();
  try {
    const dims = { B: batch, samples: 1 };
    const model = await backend.load(mnistShared, dims);
    initialiseModule(model, dims, 1);
    for (let step = 1; step <= steps; step++) {
      const first = step % 30 * batch;
      model.write("x", lights(images.subarray(first * 784, (first + batch) * 784)));
      model.write("label", Uint32Array.from(digits.subarray(first, first + batch)));
      model.run("step", { B: batch, step });
    }
    return await readArrays(model, ["parameter", "state"]);
  } finally {
    await backend.dispose();
  }
}

/** The parameters among what a model keeps. */
export function parametersOf(arrays: NamedArrays): NamedArrays {
  return new Map([...arrays].filter(([name]) => /^l\d+\.[Wb]$/.test(name)));
}

/** A checkpoint of `mnist_shared` in a folder. */
export async function writeCheckpoint(
  folder: string,
  tensors: NamedArrays,
  changes: Partial<Checkpoint> = {},
): Promise<void> {
  const bytes = encodeCheckpoint({
    module: mnistShared.name,
    declaration: mnistShared.declaration,
    position: { epoch: 1, batch: 0, step: 0 },
    settings: { seed: 1, batches: 1 },
    sums: { samples: 0, totals: {} },
    seconds: 0,
    history: [],
    config: null,
    tensors,
    ...changes,
  });
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(`${folder}/${CHECKPOINT_FILE}`, bytes);
}

/** Runs a command, and catches what it prints. */
export async function printed(run: () => Promise<number>) {
  const { log, error } = console;
  let [out, err] = ["", ""];
  console.log = (text: string) => out += `${text}\n`;
  console.error = (text: string) => err += `${text}\n`;
  try {
    return { code: await run(), out, err };
  } finally {
    Object.assign(console, { log, error });
  }
}

/** A folder for a test, gone afterwards. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
