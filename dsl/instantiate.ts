/** Applies a traced layer: the same graph over other operands and with dims replaced. @module */
import { type Extent, sameShape, type Shape, showShape, substitute } from "./dim.ts";
import { DeclarationError } from "./errors.ts";
import { copyOrigin } from "./custom_gradient.ts";
import { type LayerDeclaration, outputOf } from "./layer_declaration.ts";
import { copyHint } from "./hints.ts";
import type { Initial } from "./initial.ts";
import { make } from "./intern.ts";
import type { Node, OpAttrs, OpKind } from "./ops.ts";
import { type Site, usedFrom } from "./provenance.ts";
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
  return initial.kind === "scaled" ? { ...initial, fans: initial.fans.map(by) } : initial;
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

/** What a layer owns where it is used. */
export interface OwnLeaves {
  /** The leaf of a parameter or a state, given the layer's own with dims replaced. */
  leaf(declared: Node): Node;
  /** The value of a state, given its leaf, after the uses of the layer so far. */
  latest(state: Node): Node;
  /** What stands for a stream of random numbers. */
  stream(declared: Node): Node;
}

/** A layer applied to operands. */
export interface Instance {
  /** The result. */
  readonly output: Node;
  /** New values of states by their leaves. */
  readonly updates: ReadonlyMap<Node, Node>;
}

/**
 * A layer for these operands.
 *
 * @param bound an extent for each of the layer's dims
 * @param sites where the layer is used
 */
export function instantiate(
  layer: LayerDeclaration,
  bound: ReadonlyMap<string, Extent>,
  operands: readonly Node[],
  own: OwnLeaves,
  sites: readonly Site[],
): Instance {
  const by: Substitution = (extent) => substitute(extent, bound);
  const used = { provenances: layer.provenances, sites };
  const from: From = (node, copy) => usedFrom(used, node, copy);
  const leaves = new Map(operandsOf(layer, operands, by));
  for (const stream of streamsOf(layer)) leaves.set(stream, own.stream(stream));
  for (const declared of [...layer.params, ...layer.state]) {
    if (declared.op !== "input") continue;
    const { attrs } = declared;
    leaves.set(declared, from(declared, () => own.leaf(remake("input", attrs, [], by))));
  }
  const latest = new Map(leaves);
  for (const state of layer.state) latest.set(state, own.latest(leaves.get(state) ?? state));
  const updated = copier(latest, by, from);
  return {
    output: copier(leaves, by, from)(outputOf(layer)),
    updates: new Map(layer.state.flatMap((state) => {
      const value = state.op === "input" ? layer.update.get(state.attrs.name) : undefined;
      return value === undefined ? [] : [[leaves.get(state) ?? state, updated(value)]];
    })),
  };
}

/** The streams of random numbers that a layer draws from. */
function streamsOf({ output, update }: LayerDeclaration): ReadonlySet<Node> {
  const found = new Set<Node>(), seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.op === "input" && node.attrs.role === "stream") found.add(node);
    node.inputs.forEach(visit);
  };
  [output, ...update.values()].forEach(visit);
  return found;
}

/** The operands by the inputs that they stand for. */
function operandsOf(
  layer: LayerDeclaration,
  operands: readonly Node[],
  by: Substitution,
): readonly (readonly [Node, Node])[] {
  return layer.inputs.map((declared, i) => {
    const got = operands[i];
    const wanted: Shape = declared.shape.map(by);
    if (got === undefined || !sameShape(got.shape, wanted) || got.dtype !== declared.dtype) {
      throw new DeclarationError(
        `Cannot apply layer "${layer.name}" to ${
          got === undefined ? "nothing" : describe(got)
        }: wanted ${describe(declared)} = ${showShape(wanted)} of ${declared.dtype}`,
      );
    }
    return [declared, got];
  });
}

/** Runs the copying of a node. */
type From = (node: Node, copy: () => Node) => Node;

/** A function that copies a value with its leaves and dims replaced. */
function copier(
  leaves: ReadonlyMap<Node, Node>,
  by: Substitution,
  from: From,
): (node: Node) => Node {
  const done = new Map(leaves);
  const visit = (node: Node): Node => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const inputs = node.inputs.map(visit);
    const result = from(node, () => remake(node.op, node.attrs, inputs, by));
    copyHint(node, result);
    copyOrigin(node, result);
    done.set(node, result);
    return result;
  };
  return visit;
}
