/**
 * Which tensors lie in memory with their axes exchanged.
 *
 * A product that skips the zeros of its left operand adds a row of its right operand for each value that
 * is left. Such a row has to be contiguous. Where it is a column of a parameter, the parameter is stored
 * column by column, and so is all that its update touches at the same index: an optimizer's moments.
 * Kernels are rewritten to the new layout here; nothing after this pass knows of it.
 *
 * @module
 */
import { type IndexExpr, mapIndices, mapValues } from "../../kernel/index_expr.ts";
import type { CompiledModule, Kernel, Scalar, Stage } from "../../kernel/kernel.ts";
import { contractOperands } from "../../kernel/verify_schedule.ts";
import { indexKey, storesIn } from "./access.ts";

/** True if an index is this axis and nothing else. */
function isAxis(index: IndexExpr | undefined, name: string): boolean {
  return index?.kind === "axis" && index.axis.name === name;
}

/** The matrices whose columns a kernel adds up for the values of an operand with many zeros. */
function columnwise(kernel: Kernel): readonly string[] {
  const operands = contractOperands(kernel);
  const { schedule } = kernel;
  if (schedule.frame !== "contract" || schedule.zeros === undefined || operands === undefined) {
    return [];
  }
  const matrix = schedule.zeros === "lhs" ? operands.rhs : operands.lhs;
  const isColumnwise = matrix.index.length === 2 && isAxis(matrix.index[1], schedule.k.name);
  return isColumnwise ? [matrix.tensor] : [];
}

/** Tensors that a kernel changes at the index at which it changes another. */
function changedWith(kernel: Kernel, tensor: string): readonly string[] {
  const stores = storesIn(kernel.stages);
  const indices = stores.filter((store) => store.tensor === tensor)
    .map(({ index }) => indexKey(index));
  return stores.filter(({ index }) => indices.includes(indexKey(index)))
    .map((store) => store.tensor);
}

/** Names of the tensors to store column by column. */
export function transposedTensors(module: CompiledModule): readonly string[] {
  const isKept = new Set(
    module.tensors.filter(({ kind, shape }) =>
      shape.length === 2 && (kind === "parameter" || kind === "state")
    ).map(({ name }) => name),
  );
  const kernels = module.programs.flatMap((program) => program.kernels);
  const found = new Set<string>();
  const add = (name: string): void => {
    if (found.has(name) || !isKept.has(name)) return;
    found.add(name);
    for (const kernel of kernels) changedWith(kernel, name).forEach(add);
  };
  for (const kernel of kernels) columnwise(kernel).forEach(add);
  return module.tensors.map(({ name }) => name).filter((name) => found.has(name));
}

/** The same module with the axes of some tensors exchanged. */
export function exchangeAxes(module: CompiledModule, names: readonly string[]): CompiledModule {
  if (names.length === 0) return module;
  const isExchanged = (name: string) => names.includes(name);
  const turned = <T extends { readonly name: string; readonly shape: readonly unknown[] }>(
    tensor: T,
  ): T => isExchanged(tensor.name) ? { ...tensor, shape: tensor.shape.toReversed() } : tensor;
  const index = (tensor: string, at: readonly IndexExpr[]): readonly IndexExpr[] => {
    const inner = at.map((each) => mapValues(each, scalar));
    return isExchanged(tensor) ? inner.toReversed() : inner;
  };
  const scalar = (value: Scalar): Scalar => {
    switch (value.kind) {
      case "load":
        return { ...value, index: index(value.tensor, value.index) };
      case "apply":
        return { ...value, args: value.args.map(scalar) };
      default:
        return mapIndices(value, (each) => mapValues(each, scalar));
    }
  };
  const stage = (each: Stage): Stage => {
    switch (each.kind) {
      case "loop":
        // Loops hold lets and stores, and stay what they are.
        return { ...each, body: each.body.map((inner) => stage(inner) as typeof inner) };
      case "store":
        return {
          ...each,
          index: index(each.tensor, each.index),
          value: scalar(each.value),
        };
      default:
        return { ...each, value: scalar(each.value) };
    }
  };
  const kernel = (each: Kernel): Kernel => ({
    ...each,
    tensors: each.tensors.map(turned),
    stages: each.stages.map(stage),
  });
  return {
    ...module,
    tensors: module.tensors.map(turned),
    programs: module.programs.map((program) => ({
      ...program,
      kernels: program.kernels.map(kernel),
    })),
  };
}
