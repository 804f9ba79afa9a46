/**
 * Cuts the sum of a contraction into parts: one kernel sums each part, another adds them up, always in the
 * same order, and goes on with what follows the sum. More workgroups can share the work that way.
 *
 * @module
 */
import { FOUR, isMultiple } from "../kernel/fours.ts";
import { add, type Axis, axisIndex, mapIndices, mul, replaceAxes } from "../kernel/index_expr.ts";
import {
  comingFrom,
  type Kernel,
  type KernelTensor,
  type Schedule,
  type Stage,
} from "../kernel/kernel.ts";
import { tensorsUsed } from "../kernel/tensors_used.ts";
import type { Tiling } from "../kernel/tiling.ts";
import { WORKGROUP } from "./machines.ts";

/** The two kernels, and the tensor that is between them: of one element per part and result. */
export interface SplitSum {
  readonly parts: Kernel;
  readonly whole: Kernel;
  readonly partials: KernelTensor;
}

type Contract = Extract<Schedule, { frame: "contract" }>;

/**
 * Cuts a kernel's sum into as many parts as a tiling says.
 *
 * @throws {Error} if its extent is no number that falls into so many parts.
 */
export function splitSum(kernel: Kernel, schedule: Contract, tiling: Tiling): SplitSum {
  const { m, n, k, batch } = schedule;
  const [sum, ...epilogue] = kernel.stages;
  const { splits } = tiling;
  if (sum?.kind !== "reduce" || typeof k.extent !== "number" || k.extent % splits !== 0) {
    throw new Error(`The sum of ${kernel.name} does not fall into ${splits} parts`);
  }
  const part: Axis = { name: freeName("part", kernel), extent: splits };
  const inner: Axis = { name: k.name, extent: k.extent / splits };
  const outer = [part, ...batch, m, n];
  const partials: KernelTensor = {
    name: freeName("partials", kernel),
    dtype: "f32",
    shape: outer.map(({ extent }) => extent),
    access: "write",
  };
  const at = { tensor: partials.name, index: outer.map(axisIndex) };
  const placed = (axis: Axis) =>
    axis.name === k.name ? add(mul(axisIndex(part), inner.extent), axisIndex(inner)) : undefined;
  const products = mapIndices(sum.value, (index) => replaceAxes(index, placed));
  const results = isMultiple(n.extent, FOUR) && tiling.tile.columns % FOUR === 0;
  const once: Tiling = { ...tiling, splits: 1, fours: { ...tiling.fours, results } };
  const used = (stages: readonly Stage[]) => {
    const names = tensorsUsed(stages);
    return kernel.tensors.filter(({ name }) => names.has(name));
  };
  const parts: Kernel = {
    ...kernel,
    tensors: [...used([sum]), partials],
    parallel: outer,
    stages: [
      {
        ...sum,
        over: sum.over.map((axis) => axis.name === k.name ? inner : axis),
        value: products,
      },
      {
        kind: "store",
        ...at,
        value: { kind: "local", type: sum.type, name: sum.into },
        ...comingFrom(sum.provenance),
      },
    ],
    schedule: {
      ...schedule,
      k: inner,
      batch: [part, ...batch],
      tilings: { vector: once, gpu: once },
    },
  };
  const whole: Kernel = {
    ...kernel,
    tensors: [{ ...partials, access: "read" }, ...used(epilogue)],
    stages: [
      { ...sum, over: [part], value: { kind: "load", type: sum.type, ...at } },
      ...epilogue,
    ],
    schedule: { frame: "rows", workgroup: WORKGROUP },
  };
  return { parts, whole, partials };
}

/** A name that nothing in a kernel has. */
function freeName(wanted: string, { tensors, parallel, stages }: Kernel): string {
  const taken = new Set([
    ...tensors.map(({ name }) => name),
    ...parallel.map(({ name }) => name),
    ...stages.flatMap((stage) => {
      if (stage.kind === "reduce") return [stage.into, ...stage.over.map(({ name }) => name)];
      return stage.kind === "let" ? [stage.name] : [];
    }),
  ]);
  let name = wanted;
  while (taken.has(name)) name = `${name}_`;
  return name;
}
