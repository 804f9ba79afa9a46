/**
 * Proves a hand-written gradient equal to the derived one, or refuses it.
 *
 * @module
 */
import type { LayerDeclaration } from "../../dsl/declare.ts";
import { type DimValues, evaluateExtent, sameShape, showShape } from "../../dsl/dim.ts";
import { DeclarationError } from "../../dsl/errors.ts";
import type { Node } from "../../dsl/ops.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { interpret, type Value } from "../graph/interpret.ts";
import { rewrite } from "../rewrite/engine.ts";
import { RULES } from "../rewrite/rules/mod.ts";
import { dimNames } from "./extents.ts";
import { type LayerGradient, leafName } from "./programs.ts";

/** How a hand-written gradient was found equal. */
export interface Proof {
  readonly gradient: string;
  readonly by: "rewriting" | "value";
}

/** Relative difference that float64 sums in another order may show. */
const TOLERANCE = 1e-9;
/** Sizes that values are compared at: ones, primes, and sizes that differ from each other. */
const SIZES = [1, 2, 3, 5, 7];
const TRIALS = 5;

/**
 * Compares the hand-written gradient with the derived one: first by rewriting both, then by value in
 * float64 on several random shapes.
 *
 * @throws {DeclarationError} with the gradient's name and both shapes, or the first element that differs.
 */
export function checkBackward(layer: LayerDeclaration, gradient: LayerGradient): Proof | undefined {
  const { leaf, derived, written } = gradient;
  if (written === undefined) return undefined;
  const name = `g${leafName(leaf)}`;
  if (!sameShape(written.shape, leaf.shape)) {
    throw new DeclarationError(
      `In ${layer.name}: backward returns ${name} of shape ${showShape(written.shape)}, but ${
        leafName(leaf)
      } has shape ${
        showShape(leaf.shape)
      }; a gradient has the shape of its tensor and is never summed implicitly`,
    );
  }
  const roots = [derived, written].map((node) => ({ name: "", node }));
  const graph = { name, layer: layer.name, results: roots, names: new Map<Node, string>() };
  const [a, b] = rewrite(graph, RULES).graph.results;
  if (a?.node === b?.node) return { gradient: name, by: "rewriting" };
  let compared = 0;
  for (let trial = 1; trial <= TRIALS; trial++) {
    compared += compareOnce(layer.name, name, { derived, written }, trial);
  }
  if (compared === 0) {
    throw new DeclarationError(
      `In ${layer.name}: cannot check backward's ${name}: the derived gradient was not finite for any random values; leave it out to use the derived one`,
    );
  }
  return { gradient: name, by: "value" };
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
    const sizes = Object.entries(dims).map(([dim, value]) => `${dim} = ${value}`).join(", ");
    throw new DeclarationError(
      `In ${layer}: backward's ${name} differs from the derived gradient at ${name}[${
        indexText(at, a)
      }]: got ${got}, wanted ${wanted} (with ${sizes}); mend backward, or leave it out to use the derived one`,
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
