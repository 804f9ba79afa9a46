/**
 * Keeps indices that data decide within their tensors: C itself checks none.
 *
 * @module
 */
import {
  type IndexExpr,
  mapIndices,
  mapValues,
  upperBound,
  valuesIn,
} from "../../kernel/index_expr.ts";
import type { Kernel, Scalar, Stage } from "../../kernel/kernel.ts";
import type { Extent } from "../../../dsl/dim.ts";

/** True if some value in an index may be anything. */
function isOpen(index: IndexExpr): boolean {
  return valuesIn(index).some((scalar) => upperBound({ kind: "value", scalar }) === undefined);
}

const whole = (index: IndexExpr): Scalar => ({ kind: "index", type: "u32", index });

/** `min(index, extent − 1)`. */
function within(index: IndexExpr, extent: Extent): IndexExpr {
  const one: Scalar = { kind: "constant", type: "u32", value: 1 };
  const last: Scalar = {
    kind: "apply",
    type: "u32",
    op: "sub",
    args: [whole({ kind: "extent", extent }), one],
  };
  const scalar: Scalar = { kind: "apply", type: "u32", op: "minimum", args: [whole(index), last] };
  return { kind: "value", scalar };
}

/** A kernel that computes the same, and that touches no element which is not there. */
export function boundIndices(kernel: Kernel): Kernel {
  const shapes = new Map(kernel.tensors.map(({ name, shape }) => [name, shape]));
  const bound = (tensor: string, index: readonly IndexExpr[]): readonly IndexExpr[] =>
    index.map((each, axis) => {
      const inner = mapValues(each, changed);
      return isOpen(inner) ? within(inner, shapes.get(tensor)?.[axis] ?? 1) : inner;
    });
  // Expressions share their parts, and go on doing so.
  const known = new Map<Scalar, Scalar>();
  const changed = (scalar: Scalar): Scalar => {
    const found = known.get(scalar) ?? change(scalar);
    known.set(scalar, found);
    return found;
  };
  const change = (scalar: Scalar): Scalar => {
    switch (scalar.kind) {
      case "load":
        return { ...scalar, index: bound(scalar.tensor, scalar.index) };
      case "apply":
        return { ...scalar, args: scalar.args.map(changed) };
      default:
        return mapIndices(scalar, (index) => mapValues(index, changed));
    }
  };
  const stage = <S extends Stage>(each: S): S => {
    switch (each.kind) {
      case "loop":
        return { ...each, body: each.body.map(stage) };
      case "store":
        return { ...each, index: bound(each.tensor, each.index), value: changed(each.value) };
      default:
        return { ...each, value: changed(each.value) };
    }
  };
  const hasValues = JSON.stringify(kernel.stages).includes('"kind":"value"');
  return hasValues ? { ...kernel, stages: kernel.stages.map(stage) } : kernel;
}
