/** Opens trained networks from files. @module */
import { readFile } from "node:fs/promises";
import type { Backend, LoadedModule } from "../../runtime/backend.ts";
import { checkpointAt } from "../../runtime/files/checkpoint_folder.ts";
import { decodeArrayFile } from "../../runtime/formats/array_file.ts";
import { FormatError } from "../../runtime/formats/format_error.ts";
import type { NamedArrays } from "../../runtime/formats/named_array.ts";
import { openBackend } from "../../runtime/open_backend.ts";
import type { Position } from "../../runtime/train/checkpoint.ts";
import { decodeCheckpoint, isCheckpoint } from "../../runtime/train/checkpoint_file.ts";
import { requireFitting, writeArrays } from "../../runtime/train/model_arrays.ts";
import { decodeWeights } from "../../runtime/train/weights.ts";
import { SIDE } from "./digit_image.ts";
import { CLASSES } from "./mnist_files.ts";
import { NETWORKS } from "./models.ts";
import type { NetworkName, NetworkOptions } from "./network_options.ts";
import { storedSchedules } from "./tuned_file.ts";

type Spec = (typeof NETWORKS)[NetworkName];

/** A network's name and its module. */
type NamedSpec = readonly [NetworkName, Spec];

/** All networks; where a file fits several, the first is taken. */
const ALL: readonly NamedSpec[] = (Object.keys(NETWORKS) as NetworkName[]) // Object.entries forgets the names.
  .map((name) => [name, NETWORKS[name]]);

/** Numbers of one image. */
const PIXELS = SIDE ** 2;

/** What a file's metadata may say about the network that it is of. */
interface Origin {
  /** Name of its declaration. */
  readonly module?: string;
  /** The hash of its declaration. */
  readonly declaration?: string;
}

/** Where a network is from. */
interface Source {
  /** The network's name on the command line. */
  readonly name: NetworkName;
  /** The file that its weights are from. */
  readonly file: string;
  /** How far its training had come; only checkpoints tell. */
  readonly position?: Position;
}

/** A network with the weights of a file, on a device. */
export class TrainedNetwork {
  /** Where it is from. */
  readonly source: Source;
  /** Where it is computed and why, as a sentence without its full stop. */
  readonly reason: string;
  readonly #backend: Backend;
  readonly #model: LoadedModule<Spec>;

  private constructor(
    source: Source,
    { backend, reason }: { readonly backend: Backend; readonly reason: string },
    model: LoadedModule<Spec>,
  ) {
    this.source = source;
    this.reason = reason;
    this.#backend = backend;
    this.#model = model;
  }

  /**
   * Opens a network.
   *
   * @param path a checkpoint, its folder, or a file of weights
   * @param batch how many images it computes at once
   * @throws {FormatError} if there is no such file, if it is damaged, or if it fits no network
   */
  static async open(
    path: string,
    { model: wanted, ...options }: NetworkOptions,
    batch: number,
  ): Promise<TrainedNetwork> {
    const file = await checkpointAt(path);
    const bytes = await readFile(file);
    const { metadata } = decodeArrayFile(bytes, file);
    const [name, spec] = wanted === undefined
      ? networkOf(metadata, bytes, file)
      : [wanted, NETWORKS[wanted]] as const;
    const source = isCheckpoint(metadata)
      ? { name, file, position: decodeCheckpoint(bytes, file).position }
      : { name, file };
    const weights = decodeWeights(bytes, file, spec);
    const dims = { B: batch, samples: 1 };
    requireFitting(spec, dims, weights, ["parameter"], file);
    const tuned = await storedSchedules();
    const opened = await openBackend({ ...options, ...(tuned === undefined ? {} : { tuned }) });
    try {
      const model = await opened.backend.load(spec, dims);
      writeArrays(model, weights, ["parameter"], file);
      return new TrainedNetwork(source, opened, model);
    } catch (error) {
      await opened.backend.dispose();
      throw error;
    }
  }

  /** What it computes on, for reports. */
  get backend(): Backend["info"] {
    return this.#backend.info;
  }

  /**
   * What the network makes of images: the logarithms of the odds of each digit, up to a number for each image.
   *
   * @param pixels [count, 28, 28], from 0 to 1
   * @returns [count, 10]
   */
  async logits(pixels: Float32Array<ArrayBuffer>): Promise<Float32Array> {
    const count = pixels.length / PIXELS;
    const logits = new Float32Array(count * CLASSES);
    const { B: batch = 1 } = this.#model.dims;
    for (let first = 0; first < count; first += batch) {
      const B = Math.min(batch, count - first);
      this.#model.write("x", pixels.subarray(first * PIXELS, (first + B) * PIXELS));
      this.#model.run("predict", { B });
      logits.set(await this.#model.read("logits", { B }), first * CLASSES);
    }
    return logits;
  }

  /** Gives the memory back. */
  async close(): Promise<void> {
    await this.#backend.dispose();
  }
}

/** The network that a file is of: the one that it names, or else the first that it fits. */
function networkOf(
  { module, declaration }: Origin,
  bytes: Uint8Array,
  file: string,
): NamedSpec {
  if (module !== undefined) return named(module, declaration, file);
  const found = ALL.find(([, spec]) => fits(spec, decodeWeights(bytes, file, spec), file));
  if (found !== undefined) return found;
  throw new FormatError(
    `${file} fits none of the networks ${ALL.map(([name]) => name).join(", ")}; ` +
      `to be told what differs, say with --model which one it should fit.`,
  );
}

function named(module: string, declaration: string | undefined, file: string): NamedSpec {
  const found = ALL.find(([, { name }]) => name === module);
  if (found === undefined) {
    const names = ALL.map(([, { name }]) => name).join(", ");
    throw new FormatError(
      `${file} is of model "${module}", which is none of ${names}; give one of these, ` +
        `or tell with --model which it should fit.`,
    );
  }
  const [name, spec] = found;
  if (declaration === undefined || declaration === spec.declaration) return found;
  throw new FormatError(
    `${file} is of another declaration of model "${module}": it was changed since; train it anew, ` +
      `or use its weights all the same with --model ${name}.`,
  );
}

function fits(spec: Spec, weights: NamedArrays, file: string): boolean {
  try {
    requireFitting(spec, { B: 1, samples: 1 }, weights, ["parameter"], file);
    return true;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
