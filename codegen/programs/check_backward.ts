/**
 * Proves a hand-written gradient equal to the derived one, or refuses it.
 *
 * @module
 */
import { type GivenGradients, originOf, partsOf } from "../../dsl/custom_gradient.ts";
import { type DimValues, evaluateExtent, showDimValues } from "../../dsl/dim.ts";
import { DeclarationError } from "../../dsl/errors.ts";
import { make } from "../../dsl/intern.ts";
import type { Node } from "../../dsl/ops.ts";
import { gradients } from "../autodiff/gradient.ts";
import { overLeaves } from "../autodiff/operand_leaves.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { interpret, type Value } from "../graph/interpret.ts";
import { replaceNodes } from "../graph/replace.ts";
import { rewrite } from "../rewrite/engine.ts";
import { RULES } from "../rewrite/rules/mod.ts";
import { dimNames } from "./extents.ts";
import { decideMode } from "./mode.ts";
import { leafName } from "./programs.ts";

/** How a hand-written gradient was found equal, or why it was not compared. */
export type Proof =
  & {
    /** The layer or function whose author wrote it. */
    readonly of: string;
    /** The tensor that it is the gradient of. */
    readonly gradient: string;
  }
  & (
    | { readonly by: "rewriting" | "value" }
    | { readonly by: "unverified"; readonly reason: string }
  );

/** Relative difference that float64 sums in another order may show. */
const TOLERANCE = 1e-9;
/** Sizes that values are compared at: ones, primes, and sizes that differ from each other. */
const SIZES = [1, 2, 3, 5, 7];
const TRIALS = 5;

const proven = new WeakMap<Node, readonly Proof[]>();

/**
 * The proofs of all gradients that were written by hand for what some values are computed from: each is
 * compared with the derived one, first by rewriting both, then by value in float64 on several random
 * shapes. Those of a layer are proved as the layer declares them, whatever its sizes in a model.
 *
 * @throws {DeclarationError} with the first element of a gradient that differs.
 */
export function checkBackward(values: readonly Node[]): readonly Proof[] {
  const given = topologicalOrder(values).filter((node) => node.op === "custom");
  return [...new Set(given.map(originOf))].flatMap((node) => {
    const known = proven.get(node);
    if (known !== undefined) return known;
    const parts = partsOf(node);
    const proofs = parts === undefined ? [] : proofsOf(parts);
    proven.set(node, proofs);
    return proofs;
  });
}

function proofsOf(given: GivenGradients): readonly Proof[] {
  const { name: of, unverified: reason } = given;
  const named = given.operands.flatMap(({ name }, i) =>
    given.gradients[i] === undefined ? [] : [name]
  );
  if (reason !== undefined) {
    return named.map((each) => ({ of, gradient: `g${each}`, by: "unverified", reason }));
  }
  const { parts } = overLeaves(given);
  const leaves = [...new Set(parts.operands.map((each) => each.node))];
  const derived = gradients(parts.value, parts.gy, leaves).gradients;
  const train = decideMode("training"), valueOf = replaceNodes(new Map());
  const plain = (node: Node): Node => valueOf(train(node));
  return leaves.flatMap((leaf, i): readonly Proof[] => {
    const [name = ""] = parts.operands.flatMap((each) => each.node === leaf ? [each.name] : []);
    const written = parts.gradients.filter((_, at) => parts.operands[at]?.node === leaf)
      .flatMap((each) => each ?? []);
    const [first, ...others] = written;
    const own = derived[i];
    if (first === undefined || own === undefined) return [];
    const total = others.reduce((sum: Node, each) => make("add", {}, [sum, each]), first);
    const gradient = `g${name}`;
    return [{ of, gradient, by: compare(of, gradient, plain(own), plain(total)) }];
  });
}

/** Compares the hand-written gradient with the derived one. */
function compare(of: string, name: string, derived: Node, written: Node): "rewriting" | "value" {
  const roots = [derived, written].map((node) => ({ name: "", node }));
  const graph = { name, layer: of, results: roots, names: new Map<Node, string>() };
  const [a, b] = rewrite(graph, RULES).graph.results;
  if (a?.node === b?.node) return "rewriting";
  let compared = 0;
  for (let trial = 1; trial <= TRIALS; trial++) {
    compared += compareOnce(of, name, { derived, written }, trial);
  }
  if (compared === 0) {
    throw new DeclarationError(
      `In ${of}: cannot check backward's ${name}: the derived gradient was not finite for any random values; leave it out to use the derived one`,
    );
  }
  return "value";
}

/** Compares values at random sizes; tells how many elements it compared. */
function compareOnce(
  layer: string,
  name: string,
  { derived, written }: { readonly derived: Node; readonly written: Node },
  trial: number,
): number {
  const random = generator(trial);
  const nodes = topologicalOrder([derived, written]);
  const dims: DimValues = Object.fromEntries(
    dimNames(nodes).map((dim) => [dim, SIZES[Math.floor(random() * SIZES.length)] ?? 1]),
  );
  // Roots and logarithms want positive numbers, masks want both signs.
  const low = trial % 2 === 0 ? 0.1 : -1;
  const values = new Map(
    nodes.filter((node) => node.op === "input")
      .map((leaf) => [leafName(leaf), randomValue(leaf, dims, low, random)]),
  );
  const [a, b] = interpret([derived, written], { dims, leaves: values });
  if (a === undefined || b === undefined) return 0;
  // Where the derived gradient has no value, there is nothing that another could be compared with.
  a.data.forEach((wanted, at) => {
    const got = b.data[at] ?? NaN;
    if (!Number.isFinite(wanted)) return;
    if (Math.abs(got - wanted) <= TOLERANCE * (1 + Math.abs(wanted))) return;
    const sizes = showDimValues(dims);
    throw new DeclarationError(
      `In ${layer}: backward's ${name} differs from the derived gradient at ${name}[${
        indexText(at, a)
      }]: got ${got}, wanted ${wanted} (with ${sizes}); mend backward, leave it out to use the derived one, or say with unverified why it is meant to differ`,
    );
  });
  return a.data.filter(Number.isFinite).length;
}

/** Labels are below this and below every size, so that they are classes. */
const CLASSES = 10;

function randomValue(leaf: Node, dims: DimValues, low: number, random: () => number): Value {
  const shape = leaf.shape.map((extent) => evaluateExtent(extent, dims));
  const data = new Float64Array(shape.reduce((a, b) => a * b, 1));
  const below = Math.min(CLASSES, ...Object.values(dims));
  return {
    shape,
    data: data.map(() =>
      leaf.dtype === "u32" ? Math.floor(random() * below) : low + (1 - low) * random()
    ),
  };
}

/** A small linear congruential generator: the trials are the same on every run. */
function generator(seed: number): () => number {
  let state = seed * 2654435769 >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function indexText(at: number, { shape }: Value): string {
  const index: number[] = [];
  for (const extent of [...shape].reverse()) {
    index.unshift(at % extent);
    at = Math.floor(at / extent);
  }
  return index.join(", ");
}
