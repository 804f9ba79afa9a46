/**
 * What is being declared right now: a model, which names its parameters and remembers its values, or a layer,
 * which counts the layers that it applies.
 *
 * @module
 */
import { DeclarationError } from "./errors.ts";
import type { Instance, OwnLeaves } from "./instantiate.ts";
import { make } from "./intern.ts";
import type { LayerDeclaration } from "./layer_declaration.ts";
import type { Node } from "./ops.ts";
import { describe } from "./shape_rules.ts";

/** What a model's functions leave behind besides their results. */
export interface Trace {
  /** Parameters in order of first use. */
  readonly params: Node[];
  /** States of layers in order of first use. */
  readonly state: Node[];
  /** The new values of states after a training step. */
  readonly updates: Map<Node, Node>;
  /** Readable names of values: the result of each layer. */
  readonly names: Map<Node, string>;
  /** How often each layer was applied, by its path. */
  readonly uses: Map<string, number>;
  /** The name of each layer that was applied, with its path. */
  readonly layers: Map<object, string>;
  /** The names of layers, in the part of the model that is being declared. */
  scope: Scope;
}

/** A part of a model with names of its own. */
interface Scope {
  /** In front of every name: `encoder.`, or nothing. */
  readonly prefix: string;
  /** The name of each layer and part that was applied. */
  readonly names: Map<object, string>;
}

let current: Trace | undefined;
/** How often each layer was applied, by its name, in the layer that is being declared. */
let uses: Map<string, number> | undefined;

/** Runs `forward` and collects its parameters and names. */
export function traceModel<R>(forward: () => R): { readonly result: R; readonly trace: Trace } {
  if (current !== undefined) {
    throw new DeclarationError("Cannot declare a model inside another model's forward");
  }
  const trace: Trace = {
    params: [],
    state: [],
    updates: new Map(),
    names: new Map(),
    layers: new Map(),
    uses: new Map(),
    scope: { prefix: "", names: new Map() },
  };
  current = trace;
  try {
    return { result: forward(), trace };
  } finally {
    current = undefined;
  }
}

/**
 * Runs a function of a layer that is being declared. Layers that it applies belong to it, not to a model around
 * it; each application is numbered, from 1 in each function, so that two of them draw different random numbers
 * and two functions that apply the same layers draw the same.
 */
export function traceLayer<R>(run: () => R): R {
  const outer = { current, uses };
  current = undefined;
  uses = new Map();
  try {
    return run();
  } finally {
    ({ current, uses } = outer);
  }
}

const keepsSomething = ({ params, state }: LayerDeclaration): boolean =>
  params.length > 0 || state.length > 0;

/** Layers that own tensors are l1, l2, …, others relu1, relu2, …, in order of first use. */
function layerName(
  { layers, scope: { prefix, names } }: Trace,
  use: object,
  layer: LayerDeclaration,
): string {
  const known = layers.get(use);
  if (known !== undefined) return known;
  const base = keepsSomething(layer) ? "l" : layer.name;
  const same = new RegExp(`^${base}\\d+$`);
  const name = `${base}${[...names.values()].filter((each) => same.test(each)).length + 1}`;
  names.set(use, name);
  layers.set(use, `${prefix}${name}`);
  return `${prefix}${name}`;
}

/**
 * Applies a layer inside the current model. `apply` gets what the layer owns there: parameters and states
 * named by path, such as `l2.W`. The same use applied twice shares them.
 */
export function applyInModel(
  applied: object,
  layer: LayerDeclaration,
  apply: (own: OwnLeaves) => Instance,
): Node {
  const trace = current;
  if (trace === undefined) {
    if (!keepsSomething(layer)) {
      const same = (node: Node): Node => node;
      return apply({ leaf: same, latest: same, stream: streamInLayer(layer) }).output;
    }
    throw new DeclarationError(
      `Cannot apply layer "${layer.name}" outside of a model: its parameters belong to one; use defineModel`,
    );
  }
  const name = layerName(trace, applied, layer);
  const use = (trace.uses.get(name) ?? 0) + 1;
  trace.uses.set(name, use);
  const { output, updates } = apply({
    leaf: (declared) => ownedLeaf(trace, name, declared),
    latest: (state) => trace.updates.get(state) ?? state,
    stream: (declared) => ownStream(name, use, declared),
  });
  for (const [state, value] of updates) trace.updates.set(state, value);
  if (!trace.names.has(output)) {
    trace.names.set(output, keepsSomething(layer) ? `${name}.y` : name);
  }
  return output;
}

/** Gives a value the name of another that holds the same elements. */
export function nameAlike(from: Node, to: Node): Node {
  const name = current?.names.get(from);
  if (name !== undefined && current?.names.has(to) === false) current.names.set(to, name);
  return to;
}

/** The streams of a layer that another one applies; outside of any they keep their names. */
function streamInLayer({ name }: LayerDeclaration): OwnLeaves["stream"] {
  if (uses === undefined) return (declared) => declared;
  const use = (uses.get(name) ?? 0) + 1;
  uses.set(name, use);
  return (declared) => ownStream(`${name}${use}`, 1, declared);
}

/** Each use of a layer draws random numbers of its own, also one that shares parameters with others. */
function ownStream(layer: string, use: number, declared: Node): Node {
  if (declared.op !== "input") return declared;
  const name = `${layer}.${declared.attrs.name}${use === 1 ? "" : ` of use ${use}`}`;
  return make("input", { ...declared.attrs, name });
}

function ownedLeaf(trace: Trace, layer: string, declared: Node): Node {
  if (declared.op !== "input") return declared;
  const owned = make("input", { ...declared.attrs, name: `${layer}.${declared.attrs.name}` });
  const leaves = declared.attrs.role === "state" ? trace.state : trace.params;
  if (leaves.includes(owned)) return owned;
  const other = [...trace.params, ...trace.state].find((each) =>
    each.op === "input" && each.attrs.name === owned.attrs.name
  );
  if (other !== undefined) {
    throw new DeclarationError(
      `Cannot share ${describe(other)} with a use that needs ${
        describe(owned)
      }: the operands of all uses of one layer must have the same shape but for the batch`,
    );
  }
  leaves.push(owned);
  return owned;
}

/** Applies a part of a model whose layers have names of their own, below the part's. */
export function applyInScope<R>(part: object, name: string, apply: () => R): R {
  const trace = current;
  if (trace === undefined) {
    throw new DeclarationError(
      `Cannot apply "${name}" outside of a model: its parameters belong to one; use defineModel`,
    );
  }
  const { scope } = trace;
  for (const [other, taken] of scope.names) {
    if (other !== part && taken.toLowerCase() === name.toLowerCase()) {
      throw new DeclarationError(
        `Cannot name a part of a model "${name}": another part or layer has the name "${taken}"; use another name`,
      );
    }
  }
  scope.names.set(part, name);
  trace.scope = { prefix: `${scope.prefix}${name}.`, names: new Map() };
  try {
    return apply();
  } finally {
    trace.scope = scope;
  }
}
