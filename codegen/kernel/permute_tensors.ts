/** Changes the order in which the axes of tensors lie in memory: shapes and indices, and nothing else. @module */
import { type IndexExpr, mapIndices, mapValues } from "./index_expr.ts";
import type { Kernel, Scalar, Stage } from "./kernel.ts";

/** For some tensors by name: which of their axes comes first, second, … in memory. */
export type Permutations = ReadonlyMap<string, readonly number[]>;

/** Elements of a list in another order. */
export function permuted<T>(
  list: readonly T[],
  order: readonly number[] | undefined,
): readonly T[] {
  return order === undefined ? list : order.flatMap((at) => list.slice(at, at + 1));
}

/** A tensor with its axes in another order. */
export function permuteTensor<
  T extends { readonly name: string; readonly shape: Kernel["tensors"][number]["shape"] },
>(tensor: T, permutations: Permutations): T {
  const order = permutations.get(tensor.name);
  return order === undefined ? tensor : { ...tensor, shape: permuted(tensor.shape, order) };
}

/** A kernel over tensors with their axes in another order. */
export function permuteKernel(kernel: Kernel, permutations: Permutations): Kernel {
  const index = (tensor: string, at: readonly IndexExpr[]): readonly IndexExpr[] =>
    permuted(at.map((each) => mapValues(each, scalar)), permutations.get(tensor));
  // Expressions share their parts, and go on doing so.
  const known = new Map<Scalar, Scalar>();
  const scalar = (value: Scalar): Scalar => {
    const changed = known.get(value) ?? change(value);
    known.set(value, changed);
    return changed;
  };
  const change = (value: Scalar): Scalar => {
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
        return { ...each, index: index(each.tensor, each.index), value: scalar(each.value) };
      default:
        return { ...each, value: scalar(each.value) };
    }
  };
  return {
    ...kernel,
    tensors: kernel.tensors.map((tensor) => permuteTensor(tensor, permutations)),
    stages: kernel.stages.map(stage),
  };
}
