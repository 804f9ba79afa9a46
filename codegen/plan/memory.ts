/**
 * The memory plan: every tensor gets a slot; temporaries whose lifetimes do not meet share one.
 *
 * The decision is made without numbers, so it holds for every size: only temporaries of the same size
 * share, and only if they do not meet in any program of the module.
 *
 * @module
 */
import { extentKey, product } from "../../dsl/dim.ts";
import type { PlannedTensor, Program } from "../kernel/kernel.ts";

/** From the call that writes a temporary to the last that reads it, as positions in a program. */
export interface Lifetime {
  readonly tensor: string;
  readonly from: number;
  readonly to: number;
}

/** Tensors by slot. */
export interface MemoryPlan {
  readonly tensors: readonly PlannedTensor[];
  readonly slots: readonly (readonly string[])[];
}

type Unplanned = Omit<PlannedTensor, "slot">;

/** The lifetimes of a program's tensors. */
export function lifetimes(program: Program): readonly Lifetime[] {
  const spans = new Map<string, { from: number; to: number }>();
  program.kernels.forEach((kernel, at) => {
    for (const { name } of kernel.tensors) {
      const span = spans.get(name);
      if (span === undefined) spans.set(name, { from: at, to: at });
      else span.to = at;
    }
  });
  return [...spans].map(([tensor, span]) => ({ tensor, ...span }));
}

/** Plans the tensors of a module over all of its programs. */
export function planMemory(
  tensors: readonly Unplanned[],
  programs: readonly Program[],
): MemoryPlan {
  const spans = programs.map((program) =>
    new Map(lifetimes(program).map((lifetime) => [lifetime.tensor, lifetime]))
  );
  const meet = (a: string, b: string): boolean =>
    spans.some((ofProgram) => {
      const [x, y] = [ofProgram.get(a), ofProgram.get(b)];
      return x !== undefined && y !== undefined && x.from <= y.to && y.from <= x.to;
    });
  const slots: { readonly size: string; readonly tensors: string[] }[] = [];
  const planned = tensors.map((tensor): PlannedTensor => {
    const size = extentKey(product(tensor.shape));
    const fits = (slot: (typeof slots)[number]): boolean =>
      slot.size === size && slot.tensors.every((other) => !meet(tensor.name, other));
    const known = tensor.kind === "temporary" ? slots.findIndex(fits) : -1;
    const slot = known >= 0 ? known : slots.push({
      size: tensor.kind === "temporary" ? size : "kept",
      tensors: [],
    }) - 1;
    slots[slot]?.tensors.push(tensor.name);
    return { ...tensor, slot };
  });
  return { tensors: planned, slots: slots.map((slot) => slot.tensors) };
}
