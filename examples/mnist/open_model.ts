/**
 * A model on a device: opened, and opened anew where the device is lost.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import type { Backend, LoadedModule } from "../../runtime/backend.ts";
import { checkpointAt } from "../../runtime/files/checkpoint_folder.ts";
import { openBackend } from "../../runtime/open_backend.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { writeArrays } from "../../runtime/train/model_arrays.ts";
import { decodeWeights } from "../../runtime/train/weights.ts";
import { MODELS } from "./models.ts";
import type { TrainOptions } from "./train_options.ts";
import { storedSchedules } from "./tuned_file.ts";

type Spec = (typeof MODELS)[keyof typeof MODELS];

/** The dims that these models are loaded with. */
type ModelDims = { readonly B: number; readonly samples: number };

/** A loaded model and the backend that it is on. */
export class OpenModel {
  readonly #options: TrainOptions;
  readonly #dims: ModelDims;
  #backend: Backend;
  #model: LoadedModule<Spec>;
  #reason: string;

  private constructor(options: TrainOptions, dims: ModelDims, opened: Opened) {
    this.#options = options;
    this.#dims = dims;
    this.#backend = opened.backend;
    this.#model = opened.model;
    this.#reason = opened.reason;
  }

  /** Opens the backend that is asked for, and loads the model that is asked for. */
  static async open(options: TrainOptions, dims: ModelDims): Promise<OpenModel> {
    return new OpenModel(options, dims, await open(options, dims));
  }

  /** The model. */
  get model(): LoadedModule<Spec> {
    return this.#model;
  }

  /** Where it is and why, as a sentence without its full stop. */
  get reason(): string {
    return this.#reason;
  }

  /**
   * Gives the model its first values, and its weights those of `--init`.
   *
   * @throws {FormatError} if there is no such file, or if it does not fit the model
   */
  async initialise(): Promise<void> {
    const { seed, init } = this.#options;
    initialiseModule(this.#model, this.#dims, seed);
    if (init === undefined) return;
    const file = await checkpointAt(init);
    const weights = decodeWeights(await readFile(file), file, this.#model.spec);
    writeArrays(this.#model, weights, ["parameter"], file);
  }

  /** After the loss of a device: loads the model on a new one, or on the CPU if there is none. */
  async reopen(): Promise<LoadedModule<Spec>> {
    await this.#backend.dispose().catch(() => {}); // What is lost cannot be given back.
    const opened = await open(this.#options, this.#dims)
      .catch(() => open({ ...this.#options, backend: "wasm" }, this.#dims));
    this.#backend = opened.backend;
    this.#model = opened.model;
    this.#reason = opened.reason;
    return opened.model;
  }

  /** Gives the memory back. */
  async close(): Promise<void> {
    this.#model.dispose();
    await this.#backend.dispose();
  }
}

interface Opened {
  readonly backend: Backend;
  readonly model: LoadedModule<Spec>;
  readonly reason: string;
}

async function open(options: TrainOptions, dims: ModelDims): Promise<Opened> {
  const tuned = await storedSchedules();
  const { backend, reason } = await openBackend({
    ...options,
    ...(tuned === undefined ? {} : { tuned }),
  });
  try {
    return { backend, model: await backend.load(MODELS[options.model], dims), reason };
  } catch (error) {
    await backend.dispose();
    throw error;
  }
}
