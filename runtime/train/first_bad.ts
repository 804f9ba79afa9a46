/**
 * The first number of a run that is infinite or not a number, and the kernel that wrote it.
 *
 * @module
 */
import type { LoadedModule, ProgramName, TensorData } from "../backend.ts";
import type { KernelSpec, ModuleSpec } from "../spec.ts";
import type { Moment, Probe, TracedKernel } from "../trace.ts";
import { firstNotFinite, notFiniteCount } from "./finite.ts";
import { totalled } from "./totals.ts";

/** Where a run went wrong. */
export interface FirstBad {
  /** The tensor that the number is in. */
  readonly tensor: string;
  /** What the tensor is for. */
  readonly kind: "input" | "parameter" | "state" | "output" | "temporary";
  /** The tensor's shape in this run. */
  readonly shape: readonly number[];
  /** Of the number among the tensor's elements. */
  readonly index: number;
  /** Infinity, -Infinity or NaN. */
  readonly value: number;
  /** Elements of the tensor that are not finite. */
  readonly count: number;
  /** The kernel that wrote it; absent if it was there before the run. */
  readonly kernel?: Pick<KernelSpec<string>, "name" | "layer" | "formula">;
  /** Name of the kernel that wrote it, or was the first to read it. */
  readonly seenBy: string;
}

/**
 * Runs a program once, kernel by kernel, and finds the first number that is infinite or not a number: what
 * the run was given first, then what each kernel writes. `undefined` if all are finite. Metrics and their totals may
 * be anything, and are left out, unless something else is computed from them.
 *
 * @param values those of the run, as `run` takes them
 */
export async function findFirstBad<M extends ModuleSpec>(
  model: LoadedModule<M>,
  program: ProgramName<M>,
  values: Readonly<Record<string, number>>,
): Promise<FirstBad | undefined> {
  const kernels = model.spec.programs[program]?.kernels ?? [];
  const search = new Search(model.spec, kernels, { ...model.dims, ...values });
  await model.trace(program, values, search);
  return search.found;
}

/** Looks at what kernels read that nobody has looked at, and at what they write. */
class Search implements Probe {
  found: FirstBad | undefined;
  readonly #tensors: ModuleSpec["tensors"];
  readonly #dims: Readonly<Record<string, number>>;
  /** Tensors that were finite when they were written, or before the run. */
  readonly #known = new Set<string>();
  readonly #metrics: ReadonlySet<string>;

  constructor(
    spec: ModuleSpec,
    kernels: readonly KernelSpec<string>[],
    dims: Readonly<Record<string, number>>,
  ) {
    this.#tensors = spec.tensors;
    this.#dims = dims;
    this.#metrics = metricTensors(spec, kernels);
  }

  wants({ spec: { bindings } }: TracedKernel, moment: Moment): readonly string[] {
    if (this.found !== undefined) return [];
    return bindings.flatMap(({ tensor, access }) => {
      const isAsked = moment === "after"
        ? access !== "read"
        : access !== "write" && !this.#known.has(tensor);
      const dtype = this.#metrics.has(tensor) ? undefined : this.#tensors[tensor]?.dtype;
      return isAsked && (dtype === "f32" || dtype === "f16") ? [tensor] : [];
    });
  }

  take({ spec }: TracedKernel, moment: Moment, tensors: ReadonlyMap<string, TensorData>): void {
    for (const [name, data] of tensors) {
      this.#known.add(name);
      const index = firstNotFinite(data);
      if (index === undefined) continue;
      const tensor = this.#tensors[name];
      const { name: kernel, layer, formula } = spec;
      this.found = {
        tensor: name,
        kind: tensor?.kind ?? "temporary",
        shape: tensor?.shape(this.#dims) ?? [data.length],
        index,
        value: data[index] ?? NaN,
        count: notFiniteCount(data),
        seenBy: kernel,
        ...(moment === "after" ? { kernel: { name: kernel, layer, formula } } : {}),
      };
      return;
    }
  }
}

/** Totals of metrics, and the metrics of a batch, which are called as their totals are, where only totals need them. */
function metricTensors(
  spec: ModuleSpec,
  kernels: readonly KernelSpec<string>[],
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const total of Object.keys(spec.tensors)) {
    const metric = totalled(spec, total);
    if (metric === undefined || metric === "loss") continue;
    names.add(total);
    const isElsewhere = kernels.some(({ bindings }) =>
      bindings.some(({ tensor, access }) => tensor === metric && access !== "write") &&
      !bindings.some(({ tensor }) => tensor === total)
    );
    if (!isElsewhere && spec.tensors[metric]?.kind === "temporary") names.add(metric);
  }
  return names;
}

/**
 * What was found, as a sentence without its full stop.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const place = { tensor: "y", kind: "output", shape: [2, 3], index: 4, seenBy: "y" } as const;
 * const bad = { ...place, value: Infinity, count: 1 };
 * const kernel = { name: "y", layer: "exp_layer", formula: "y[b, i] = exp(x[b, i])" };
 * assert.equal(
 *   describeFirstBad({ ...bad, kernel }),
 *   "The first number that is not finite is y[1, 1] = Infinity (1 of 6 elements), " +
 *     "written by kernel y of exp_layer: y[b, i] = exp(x[b, i])",
 * );
 * assert.equal(
 *   describeFirstBad({ ...bad, kind: "parameter" }),
 *   "The first number that is not finite is y[1, 1] = Infinity (1 of 6 elements), " +
 *     "of a parameter, before any kernel ran",
 * );
 * ```
 */
export function describeFirstBad(bad: FirstBad): string {
  const { tensor, kind, shape, index, value, count, kernel } = bad;
  const size = shape.reduce((product, each) => product * each, 1);
  const where = shape.length === 0 ? "" : `[${coordinates(index, shape).join(", ")}]`;
  const origin = kernel === undefined
    ? `of ${kind === "input" || kind === "output" ? "an" : "a"} ${kind}, before any kernel ran`
    : `written by kernel ${kernel.name} of ${kernel.layer}: ${
      kernel.formula.replaceAll("\n", " ")
    }`;
  return `The first number that is not finite is ${tensor}${where} = ${value} (${count} of ${size} ` +
    `${size === 1 ? "element" : "elements"}), ${origin}`;
}

/** The place of an element along each axis. */
function coordinates(index: number, shape: readonly number[]): readonly number[] {
  let rest = index;
  return shape.toReversed().map((size) => {
    const at = rest % size;
    rest = Math.floor(rest / size);
    return at;
  }).toReversed();
}
