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
import type { IndexExpr } from "../../kernel/index_expr.ts";
import type { CompiledModule, Kernel } from "../../kernel/kernel.ts";
import { type Permutations, permuteKernel, permuteTensor } from "../../kernel/permute_tensors.ts";
import { contractOperands } from "../../kernel/verify_schedule.ts";
import { indexKey, storesIn } from "../../kernel/access.ts";

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
  const exchanged: Permutations = new Map(names.map((name) => [name, [1, 0]]));
  return {
    ...module,
    tensors: module.tensors.map((tensor) => permuteTensor(tensor, exchanged)),
    programs: module.programs.map((program) => ({
      ...program,
      kernels: program.kernels.map((kernel) => permuteKernel(kernel, exchanged)),
    })),
  };
}
