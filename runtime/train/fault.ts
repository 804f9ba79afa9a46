/**
 * Finds the step in which training went wrong, by taking steps again.
 *
 * @module
 */
import type { NamedArrays } from "../formats/named_array.ts";
import type { ModuleSpec } from "../spec.ts";
import type { Checkpoint, Position } from "./checkpoint.ts";
import { firstNotFinite } from "./finite.ts";
import { findFirstBad, type FirstBad } from "./first_bad.ts";
import { readArrays } from "./model_arrays.ts";
import type { BatchProgram, Runs } from "./runs.ts";
import { totalled, type TrainableSpec } from "./totals.ts";

/** A run that went wrong. */
export interface Fault {
  /** What ran. */
  readonly program: BatchProgram;
  /** The step, or the last one before an evaluation; counted from 1. */
  readonly step: number;
  /** Values of the run. */
  readonly values: Readonly<Record<string, number>>;
  /** Its first number that is not finite; absent if no kernel was seen to write one. */
  readonly bad?: FirstBad;
}

/** Steps between two looks at everything that a model keeps. */
const STEPS_BETWEEN_LOOKS = 25;

/**
 * Goes back to a moment and takes steps of its epoch again until a parameter, a state or the loss is not finite;
 * then takes that step once more, kernel by kernel. Afterwards the model is as it was before that step, with the
 * step's batch before it.
 *
 * @param until where the fault was noticed; a step of the same epoch
 * @returns `undefined` if everything is finite this time
 */
export async function findFault<M extends TrainableSpec>(
  runs: Runs<M>,
  from: Checkpoint,
  until: Position,
): Promise<Fault | undefined> {
  const { spec } = runs.model;
  const watched = [...from.tensors].flatMap(([name, { data }]) =>
    isWatched(spec, name) && firstNotFinite(data) === undefined ? [name] : []
  );
  const isBad = (tensors: NamedArrays) =>
    watched.some((name) => {
      const data = tensors.get(name)?.data;
      return data !== undefined && firstNotFinite(data) !== undefined;
    });
  const near = await lastGood(runs, from, until, STEPS_BETWEEN_LOOKS, isBad);
  const before = near && await lastGood(runs, near, until, 1, isBad);
  if (before === undefined) return undefined;
  const step = before.position.step + 1;
  const put = async () => {
    runs.restore(before);
    return await firstBatch(runs, before.position);
  };
  const values = { ...runs.values("step", await put(), step) };
  const bad = await findFirstBad(runs.model, "step", values);
  await put();
  return { program: "step", step, values, ...(bad === undefined ? {} : { bad }) };
}

/** Totals of metrics may be anything; whoever declares a metric knows why. */
function isWatched(spec: ModuleSpec, name: string): boolean {
  const total = totalled(spec, name);
  return total === undefined || total === "loss";
}

/** The last moment at which everything was finite, among those after every so many steps; none if all were. */
async function lastGood<M extends TrainableSpec>(
  runs: Runs<M>,
  from: Checkpoint,
  until: Position,
  every: number,
  isBad: (tensors: NamedArrays) => boolean,
): Promise<Checkpoint | undefined> {
  runs.restore(from);
  const { epoch } = from.position;
  const batches = runs.feed.open("training", epoch, from.position.batch);
  let good = from;
  try {
    let { batch, step } = from.position;
    while (step < until.step) {
      const size = await batches.next();
      batch++;
      runs.queue("step", size, ++step);
      if (step % every !== 0 && step < until.step) continue;
      const tensors = await readArrays(runs.model, ["parameter", "state"]);
      if (isBad(tensors)) return good;
      good = { ...from, tensors, sums: runs.totals.sums, position: { epoch, batch, step } };
    }
  } finally {
    await batches.close();
  }
  return undefined;
}

/** Puts the batch of a position before the model; tells its size. */
async function firstBatch<M extends TrainableSpec>(
  { feed }: Runs<M>,
  { epoch, batch }: Position,
): Promise<number> {
  const batches = feed.open("training", epoch, batch);
  try {
    return await batches.next();
  } finally {
    await batches.close();
  }
}

/**
 * Judges validation data again, batch by batch, until the loss is not finite; then that batch once more, kernel
 * by kernel. The batch stays before the model.
 *
 * @returns `undefined` if everything is finite this time
 */
export async function findValidationFault<M extends TrainableSpec>(
  runs: Runs<M>,
  { epoch, step }: Position,
): Promise<Fault | undefined> {
  const { model, feed, totals } = runs;
  totals.clear();
  const batches = feed.open("validation", epoch, 0);
  try {
    for (let batch = 0; batch < feed.batches.validation; batch++) {
      const size = await batches.next();
      runs.queue("evaluate", size, step);
      const [loss = NaN] = await model.read("loss_total");
      if (Number.isFinite(loss)) continue;
      totals.clear();
      const values = { ...runs.values("evaluate", size, step) };
      const bad = await findFirstBad(model, "evaluate", values);
      return { program: "evaluate", step, values, ...(bad === undefined ? {} : { bad }) };
    }
  } finally {
    await batches.close();
  }
  return undefined;
}
