/**
 * Lays a module's tensors out in memory: orders of axes of temporaries, copies of operands, and loops to match.
 *
 * @module
 */
import type { DimValues } from "../../dsl/dim.ts";
import { formulaOf } from "../kernel/formula.ts";
import { axisIndex, type IndexExpr } from "../kernel/index_expr.ts";
import {
  comingFrom,
  type CompiledModule,
  type Kernel,
  type KernelTensor,
  type PlannedTensor,
  type Program,
} from "../kernel/kernel.ts";
import { permuted, permuteKernel, permuteTensor } from "../kernel/permute_tensors.ts";
import { planMemory } from "../plan/memory.ts";
import { nameAxes } from "../fusion/axes.ts";
import { chooseSchedule } from "../schedule/schedule.ts";
import { WORKGROUP } from "../schedule/machines.ts";
import { chooseLayouts, type Copy } from "./choose.ts";
import { loopOrder } from "./cost.ts";
import { mergeSums } from "./merge_sums.ts";

/** The same module with its tensors in the order in which its kernels read them best. */
export function layOut(module: CompiledModule, typical: DimValues): CompiledModule {
  const { orders, copies } = chooseLayouts(module, typical);
  const copier = new Copier(module, copies);
  const isConcerned = (kernel: Kernel): boolean =>
    kernel.tensors.some(({ name }) => orders.has(name)) || copier.copyOf(kernel) !== undefined;
  const laidOut = (kernel: Kernel): Kernel => {
    if (!isConcerned(kernel)) return withLoops(kernel, kernel, typical);
    const turned = copier.reading(permuteKernel(kernel, orders), copier.copyOf(kernel));
    return withLoops(kernel, { ...turned, parallel: loopOrder(turned, () => undefined) }, typical);
  };
  const programs = module.programs.map((program): Program => ({
    ...program,
    kernels: copier.withCopies(program.kernels).map((each) =>
      each.isCopy ? each.kernel : laidOut(each.kernel)
    ),
  }));
  const tensors = [
    ...module.tensors.map((tensor) => permuteTensor(tensor, orders)),
    ...copier.tensors,
  ];
  return { ...module, programs, ...planMemory(tensors, programs) };
}

/** A kernel with as few loops as it needs, and a schedule for them if they are not those it had. */
function withLoops(before: Kernel, kernel: Kernel, typical: DimValues): Kernel {
  const after = before.schedule.frame === "contract" ? mergeSums(kernel) : kernel;
  if (after === before) return before;
  return {
    ...after,
    formula: formulaOf(after.stages),
    schedule: chooseSchedule(before.schedule.frame, after, typical),
  };
}

/** A kernel of a program, or a copy that was put before it. */
interface Placed {
  readonly kernel: Kernel;
  readonly isCopy: boolean;
}

/** A copied tensor and its name. */
interface Named extends Copy {
  readonly name: string;
}

/** Puts copies of operands before the kernels that read them. */
class Copier {
  readonly #module: CompiledModule;
  readonly #byKernel = new Map<string, Named>();
  readonly #named = new Map<string, Named>();

  constructor(module: CompiledModule, copies: readonly Copy[]) {
    this.#module = module;
    for (const copy of copies) {
      const key = `${copy.tensor} ${copy.order.join()}`;
      const named = this.#named.get(key) ?? { ...copy, name: this.#freshName(copy.tensor) };
      this.#named.set(key, named);
      this.#byKernel.set(keyOf(copy.kernel), named);
    }
  }

  /** The copies as temporaries. */
  get tensors(): readonly PlannedTensor[] {
    return [...this.#named.values()].map(({ name, tensor, order }): PlannedTensor => ({
      name,
      dtype: "f32",
      shape: permuted(this.#shapeOf(tensor), order),
      kind: "temporary",
      slot: 0,
    }));
  }

  copyOf(kernel: Kernel): Named | undefined {
    return this.#byKernel.get(keyOf(kernel));
  }

  /** A kernel that sums products with the copy in place of the tensor. */
  reading(kernel: Kernel, copy: Named | undefined): Kernel {
    const [sum, ...epilogue] = kernel.stages;
    if (copy === undefined || sum?.kind !== "reduce" || sum.value.kind !== "apply") return kernel;
    const { tensor, order, name } = copy;
    const args = sum.value.args.map((load) =>
      load.kind === "load" && load.tensor === tensor
        ? { ...load, tensor: name, index: permuted(load.index, order) }
        : load
    );
    const shape = permuted(this.#shapeOf(tensor), order);
    const read: KernelTensor = { name, dtype: "f32", shape, access: "read" };
    return {
      ...kernel,
      tensors: kernel.tensors.map((each) => each.name === tensor ? read : each),
      stages: [{ ...sum, value: { ...sum.value, args } }, ...epilogue],
    };
  }

  /** The kernels of a program with copies before their first readers. */
  withCopies(kernels: readonly Kernel[]): readonly Placed[] {
    const made = new Set<string>();
    return kernels.flatMap((kernel): readonly Placed[] => {
      const copy = this.copyOf(kernel);
      const placed: Placed = { kernel, isCopy: false };
      if (copy === undefined || made.has(copy.name)) return [placed];
      made.add(copy.name);
      return [{ kernel: this.#kernelOf(copy, kernel), isCopy: true }, placed];
    });
  }

  #kernelOf({ name, tensor, order }: Named, reader: Kernel): Kernel {
    const shape = this.#shapeOf(tensor);
    const taken = new Set(this.#module.tensors.map((each) => each.name));
    const axes = nameAxes(permuted(shape, order), taken);
    const index: IndexExpr[] = [];
    axes.forEach((axis, i) => index[order[i] ?? i] = axisIndex(axis));
    const stages: Kernel["stages"] = [{
      kind: "store",
      tensor: name,
      index: axes.map(axisIndex),
      value: { kind: "load", type: "f32", tensor, index },
      ...comingFrom(reader.tensors.find((each) => each.name === tensor)?.provenance),
    }];
    return {
      name: name.replace(/\W+/g, "_"),
      layer: reader.layer,
      formula: formulaOf(stages),
      tensors: [
        { name: tensor, dtype: "f32", shape, access: "read" },
        { name, dtype: "f32", shape: permuted(shape, order), access: "write" },
      ],
      parallel: axes,
      stages,
      schedule: { frame: "map", workgroup: WORKGROUP },
    };
  }

  #shapeOf(tensor: string) {
    return this.#module.tensors.find(({ name }) => name === tensor)?.shape ?? [];
  }

  #freshName(tensor: string): string {
    const taken = new Set([
      ...this.#module.tensors.map(({ name }) => name),
      ...[...this.#named.values()].map(({ name }) => name),
    ]);
    const base = `${tensor}_turned`;
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}_${count}`;
    return name;
  }
}

/** Kernels of several programs that are the same one. */
function keyOf({ name, formula }: Kernel): string {
  return `${name} ${formula}`;
}
