/** Applies a traced layer: the same graph over other operands and with dims replaced. @module */
import { type Extent, sameShape, type Shape, showShape, substitute } from "./dim.ts";
import type { LayerDeclaration } from "./declare.ts";
import { DeclarationError } from "./errors.ts";
import { copyHint } from "./hints.ts";
import type { Initial } from "./initial.ts";
import { make } from "./intern.ts";
import type { Node, OpAttrs, OpKind } from "./ops.ts";
import { describe } from "./shape_rules.ts";

type Substitution = (extent: Extent) => Extent;

/** How each op's attributes change when dims are replaced; most hold no extents. */
const ATTRIBUTES: {
  readonly [K in OpKind]?: (attrs: OpAttrs[K], by: Substitution) => OpAttrs[K];
} = {
  input: (attrs, by) => ({
    ...attrs,
    shape: attrs.shape.map(by),
    ...(attrs.initial === undefined ? {} : { initial: substituteInitial(attrs.initial, by) }),
  }),
  size: ({ extent }, by) => ({ extent: by(extent) }),
  iota: ({ extent }, by) => ({ extent: by(extent) }),
  reshape: ({ shape }, by) => ({ shape: shape.map(by) }),
  broadcast: ({ shape, axes }, by) => ({ shape: shape.map(by), axes }),
  slice: (attrs, by) => ({ ...attrs, start: by(attrs.start), size: by(attrs.size) }),
  pad: (attrs, by) => ({ ...attrs, before: by(attrs.before), after: by(attrs.after) }),
  overlapAdd: (attrs, by) => ({ ...attrs, extent: by(attrs.extent) }),
  tile: ({ repeats }, by) => ({ repeats: repeats.map(by) }),
};

function substituteInitial(initial: Initial, by: Substitution): Initial {
  return initial.kind === "normal" ? { ...initial, fan: by(initial.fan) } : initial;
}

function remake<K extends OpKind>(
  op: K,
  attrs: OpAttrs[K],
  inputs: readonly Node[],
  by: Substitution,
): Node {
  const change: ((attrs: OpAttrs[K], by: Substitution) => OpAttrs[K]) | undefined = ATTRIBUTES[op];
  return make(op, change === undefined ? attrs : change(attrs, by), inputs);
}

/**
 * The result of a layer for these operands.
 *
 * @param bound an extent for each of the layer's dims
 * @param parameter makes the leaf of a parameter, given the layer's own with dims replaced
 */
export function instantiate(
  layer: LayerDeclaration,
  bound: ReadonlyMap<string, Extent>,
  operands: readonly Node[],
  parameter: (declared: Node) => Node,
): Node {
  const by: Substitution = (extent) => substitute(extent, bound);
  const done = new Map<Node, Node>();
  layer.inputs.forEach((declared, i) => {
    const got = operands[i];
    const wanted: Shape = declared.shape.map(by);
    if (got === undefined || !sameShape(got.shape, wanted) || got.dtype !== declared.dtype) {
      throw new DeclarationError(
        `Cannot apply layer "${layer.name}" to ${
          got === undefined ? "nothing" : describe(got)
        }: wanted ${describe(declared)} = ${showShape(wanted)} of ${declared.dtype}`,
      );
    }
    done.set(declared, got);
  });
  for (const declared of layer.params) {
    if (declared.op !== "input") continue;
    done.set(declared, parameter(remake("input", declared.attrs, [], by)));
  }
  const visit = (node: Node): Node => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const result = remake(node.op, node.attrs, node.inputs.map(visit), by);
    copyHint(node, result);
    done.set(node, result);
    return result;
  };
  return visit(layer.output);
}
