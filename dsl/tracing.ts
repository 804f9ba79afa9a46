/** The model that is being declared right now: names its parameters and remembers its values. @module */
import type { LayerDeclaration, LayerUse } from "./declare.ts";
import { DeclarationError } from "./errors.ts";
import { make } from "./intern.ts";
import type { Node } from "./ops.ts";
import { describe } from "./shape_rules.ts";

/** What a model's forward function leaves behind besides its result. */
export interface Trace {
  /** Parameters in order of first use. */
  readonly params: Node[];
  /** Readable names of values: the result of each layer. */
  readonly names: Map<Node, string>;
  /** The name of each layer that was applied. */
  readonly layers: Map<LayerUse, string>;
}

let current: Trace | undefined;

/** Runs `forward` and collects its parameters and names. */
export function traceModel<R>(forward: () => R): { readonly result: R; readonly trace: Trace } {
  if (current !== undefined) {
    throw new DeclarationError("Cannot declare a model inside another model's forward");
  }
  const trace: Trace = { params: [], names: new Map(), layers: new Map() };
  current = trace;
  try {
    return { result: forward(), trace };
  } finally {
    current = undefined;
  }
}

/** Layers with parameters are l1, l2, …, others relu1, relu2, …, in order of first use. */
function layerName(trace: Trace, use: LayerUse, layer: LayerDeclaration): string {
  const known = trace.layers.get(use);
  if (known !== undefined) return known;
  const base = layer.params.length > 0 ? "l" : layer.name;
  const same = new RegExp(`^${base}\\d+$`);
  const name = `${base}${[...trace.layers.values()].filter((each) => same.test(each)).length + 1}`;
  trace.layers.set(use, name);
  return name;
}

/**
 * Applies a layer inside the current model. `apply` gets the function that turns a declared parameter
 * into the model's own, named by path: `l2.W`. The same use applied twice shares its parameters.
 */
export function applyInModel(
  use: LayerUse,
  layer: LayerDeclaration,
  apply: (parameter: (declared: Node) => Node) => Node,
): Node {
  const trace = current;
  if (trace === undefined) {
    if (layer.params.length === 0) return apply((declared) => declared);
    throw new DeclarationError(
      `Cannot apply layer "${layer.name}" outside of a model: its parameters belong to one; use defineModel`,
    );
  }
  const name = layerName(trace, use, layer);
  const node = apply((declared) => {
    if (declared.op !== "input") return declared;
    const owned = make("input", { ...declared.attrs, name: `${name}.${declared.attrs.name}` });
    if (trace.params.includes(owned)) return owned;
    const other = trace.params.find((each) =>
      each.op === "input" && each.attrs.name === owned.attrs.name
    );
    if (other !== undefined) {
      throw new DeclarationError(
        `Cannot share ${describe(other)} with a use that needs ${
          describe(owned)
        }: the operands of all uses of one layer must have the same shape but for the batch`,
      );
    }
    trace.params.push(owned);
    return owned;
  });
  if (!trace.names.has(node)) {
    trace.names.set(node, layer.params.length > 0 ? `${name}.y` : `${name}`);
  }
  return node;
}
