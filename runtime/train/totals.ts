/**
 * Sums of the loss and of metrics that a model keeps on its device, and their means.
 *
 * @module
 */
import type { LoadedModule, TensorName } from "../backend.ts";
import type { ModuleSpec, ProgramSpec, TensorSpec } from "../spec.ts";
import type { Means } from "./events.ts";
import { NotFiniteError } from "./training_error.ts";

/**
 * A model that can be trained: `step` and `evaluate` work on the batch in its inputs, and add the sums over its
 * samples of the loss and of each metric to `loss_total` and `<metric>_total`. Of scalars they may ask for
 * `step`, counted from 1, and `seed`.
 */
export type TrainableSpec = ModuleSpec & {
  /** Among them the one that every model has. */
  readonly tensors: Readonly<Record<"loss_total", TensorSpec<string>>>;
  /** Among them those that a trainer runs. */
  readonly programs: Readonly<Record<"step" | "evaluate", ProgramSpec<string>>>;
};

/** The names of a model's metrics, taken from its exact type; any name, where that is not known. */
export type MetricName<M extends TrainableSpec> = string extends keyof M["tensors"] ? string
  : Totalled<keyof M["tensors"] & string>;

/** Names of layers' states and of moments have dots in them. */
export type Totalled<Name extends string> = Name extends `${string}.${string}` ? never
  : Name extends `${infer Metric}_total` ? Metric
  : never;

/** What was summed, in float64. */
export interface Sums {
  /** Samples that were queued; those of runs since the last drain are not in `totals` yet. */
  readonly samples: number;
  /** By the name of the loss or metric. */
  readonly totals: Readonly<Record<string, number>>;
}

const SUFFIX = "_total";
const ZERO = new Float32Array(1);

/**
 * The totals of one model. The device adds in float32; each {@linkcode Totals.drain} moves its sums
 * into float64 on the host and starts them at zero again, so that a long epoch loses no digits.
 */
export class Totals<M extends TrainableSpec> {
  readonly #model: LoadedModule<M>;
  /** Names of the loss, first, and of metrics. */
  readonly #names: readonly string[];
  #samples = 0;
  #totals: Record<string, number>;

  constructor(model: LoadedModule<M>) {
    this.#model = model;
    this.#names = metricNames(model.spec);
    this.#totals = this.#zeros();
  }

  /** What has been drained since the last {@linkcode Totals.take}, and the samples of all runs since then. */
  get sums(): Sums {
    return { samples: this.#samples, totals: { ...this.#totals } };
  }

  /** Goes on from sums that were kept; the device's are as they are. */
  resume({ samples, totals }: Sums): void {
    this.#samples = samples;
    this.#totals = { ...this.#zeros(), ...totals };
  }

  /** Forgets what has been summed, here and on the device. */
  clear(): void {
    this.#samples = 0;
    this.#totals = this.#zeros();
    for (const name of this.#names) this.#model.write(this.#tensor(name), ZERO);
  }

  /** Notes that a run was queued which adds this many samples. */
  count(samples: number): void {
    this.#samples += samples;
  }

  /**
   * Waits for the queued runs and takes their sums over.
   *
   * @param where which runs those are, for the message, e.g. `in epoch 2, steps 101 to 200`
   * @throws {NotFiniteError} if the loss is not finite
   */
  async drain(where: string): Promise<void> {
    const { totals } = await this.peek();
    const { loss = NaN } = totals;
    if (!Number.isFinite(loss)) throw new NotFiniteError(`The loss became ${loss} ${where}`);
    this.#totals = { ...totals };
    for (const name of this.#names) this.#model.write(this.#tensor(name), ZERO);
  }

  /** Waits for the queued runs; the sums with those that the device still holds. */
  async peek(): Promise<Sums> {
    const samples = this.#samples;
    const totals = await Promise.all(this.#names.map(async (name) => {
      const [total = NaN] = await this.#model.read(this.#tensor(name));
      return [name, (this.#totals[name] ?? NaN) + total] as const;
    }));
    return { samples, totals: Object.fromEntries(totals) };
  }

  /** The means over all samples since the last {@linkcode Totals.take}; call after `drain`. */
  take(): Means<MetricName<M>> {
    const means = Object.fromEntries(
      this.#names.map((name) => [name, (this.#totals[name] ?? NaN) / this.#samples]),
    );
    this.#samples = 0;
    this.#totals = this.#zeros();
    // The names are those of the tensors, which M's type lists.
    return means as Means<MetricName<M>>;
  }

  #zeros(): Record<string, number> {
    return Object.fromEntries(this.#names.map((name) => [name, 0]));
  }

  #tensor(name: string): TensorName<M> {
    return `${name}${SUFFIX}` as TensorName<M>; // Names were cut from those of tensors.
  }
}

/**
 * The name of the loss or metric of which a tensor is the total; `undefined` for other tensors. A layer may call a
 * state of its own so too: its name in the model has a dot.
 */
export function totalled({ tensors }: ModuleSpec, tensor: string): string | undefined {
  const isTotal = tensors[tensor]?.kind === "state" && tensor.endsWith(SUFFIX) &&
    !tensor.includes(".");
  return isTotal ? tensor.slice(0, -SUFFIX.length) : undefined;
}

/** The loss, then the metrics, in the order of the model. */
function metricNames(spec: ModuleSpec): readonly string[] {
  const names = Object.keys(spec.tensors).flatMap((name) => totalled(spec, name) ?? []);
  return ["loss", ...names.filter((name) => name !== "loss")];
}
