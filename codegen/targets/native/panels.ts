/**
 * Which matrices lie in memory in panels: some rows at a time, column after column, as tiles read them.
 *
 * A parameter whose rows are the columns of a product, as in `y = x·Wᵀ`, would have to be copied for each
 * call. Instead it is kept as the copy would be, and so is all that its update touches at the same index: an
 * optimizer's moments. That pays only where every kernel that touches them is a contraction: others go
 * through memory row by row.
 *
 * @module
 */
import { elementsIn, indexKey, storesIn } from "../../kernel/access.ts";
import type { IndexExpr } from "../../kernel/index_expr.ts";
import type { CompiledModule, Kernel, PlannedTensor } from "../../kernel/kernel.ts";
import { contractOperands } from "../../kernel/verify_schedule.ts";

/** True if an index is this axis and nothing else. */
export function isAxis(index: IndexExpr | undefined, name: string): boolean {
  return index?.kind === "axis" && index.axis.name === name;
}

/** The operands of which a kernel sums rows: the columns of its result, along the sum. */
function summedRows(kernel: Kernel): readonly string[] {
  const operands = contractOperands(kernel);
  const { schedule } = kernel;
  if (operands === undefined || schedule.frame !== "contract" || schedule.sums.length > 0) {
    return [];
  }
  const { m, n, k } = schedule;
  return ([[operands.lhs, m], [operands.rhs, n]] as const).flatMap(([{ tensor, index }, axis]) =>
    index.length === 2 && isAxis(index[0], axis.name) && isAxis(index[1], k.name) ? [tensor] : []
  );
}

/** Tensors that a kernel changes at the index at which it changes another. */
function changedWith(kernel: Kernel, tensor: string): readonly string[] {
  const stores = storesIn(kernel.stages);
  const indices = stores.filter((store) => store.tensor === tensor)
    .map(({ index }) => indexKey(index));
  return stores.filter(({ index }) => indices.includes(indexKey(index)))
    .map((store) => store.tensor);
}

/** All that has to lie as a tensor does. */
function groupOf(tensor: string, kernels: readonly Kernel[]): ReadonlySet<string> {
  const group = new Set<string>();
  const add = (name: string): void => {
    if (group.has(name)) return;
    group.add(name);
    for (const kernel of kernels) changedWith(kernel, name).forEach(add);
  };
  add(tensor);
  return group;
}

/** True if a kernel only touches a tensor at plain axes, in the tiles of a contraction. */
function fitsTiles(kernel: Kernel, tensor: string): boolean {
  const indices = elementsIn(kernel.stages).filter((each) => each.tensor === tensor)
    .map(({ index }) => index);
  if (indices.length === 0) return true;
  return kernel.schedule.frame === "contract" &&
    indices.every((index) => index.length === 2 && index.every(({ kind }) => kind === "axis"));
}

/** Names of the tensors that lie in panels, in the module's order. */
export function panelTensors(module: CompiledModule): readonly string[] {
  const isFit = ({ kind, dtype, shape }: PlannedTensor): boolean =>
    (kind === "parameter" || kind === "state") && dtype === "f32" && shape.length === 2;
  const fit = new Set(module.tensors.filter(isFit).map(({ name }) => name));
  const kernels = module.programs.flatMap((program) => program.kernels);
  const found = new Set<string>();
  for (const tensor of new Set(kernels.flatMap(summedRows))) {
    const group = groupOf(tensor, kernels);
    const fits = [...group].every((name) =>
      fit.has(name) && kernels.every((kernel) => fitsTiles(kernel, name))
    );
    if (fits) group.forEach((name) => found.add(name));
  }
  return module.tensors.map(({ name }) => name).filter((name) => found.has(name));
}
