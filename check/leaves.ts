/** Values of leaves that a declaration is checked with. @module */
import { type DimValues, evaluateExtent, type Extent } from "../dsl/dim.ts";
import type { Node } from "../dsl/ops.ts";
import { nodesOf, topologicalOrder } from "../codegen/graph/graph.ts";
import type { Value } from "../codegen/graph/interpret.ts";
import type { Compilation } from "../codegen/pipeline.ts";
import { leavesOf, randomLeaves, seeded } from "../codegen/testing/random_values.ts";
import { SCALARS } from "../codegen/testing/run_kernels.ts";

/** Where reals lie. */
export type RealRange = readonly [low: number, high: number];

/** Leaves of whole numbers that a node is computed from. */
const wholeLeaves = (node: Node): readonly Node[] =>
  leavesOf([node]).filter(({ dtype }) => dtype === "u32" || dtype === "i32");

/** The numbers that labels and indices must stay below: what they are gathered from or compared with. */
function boundsOf(nodes: readonly Node[]): ReadonlyMap<Node, readonly Extent[]> {
  const bounds = new Map<Node, Extent[]>();
  const bound = (by: Node | undefined, extent: Extent | undefined): void => {
    if (by === undefined || extent === undefined) return;
    for (const leaf of wholeLeaves(by)) bounds.set(leaf, [...bounds.get(leaf) ?? [], extent]);
  };
  for (const { op, inputs: [a, b] } of nodes) {
    if (op === "gather") bound(b, a?.shape[0]);
    if (op !== "equal") continue;
    for (const [side, other] of [[a, b], [b, a]]) {
      const count = side === undefined
        ? undefined
        : topologicalOrder([side]).find((each) => each.op === "iota");
      bound(other, count?.shape[0]);
    }
  }
  return bounds;
}

/** Whole numbers of which nothing is known. */
const SMALL = 3;

/** Values of all leaves; labels and indices name something, and states are positive, as variances are. */
export function leafValues(
  { stages }: Compilation,
  dims: DimValues,
  seed: number,
  [low, high]: RealRange,
): ReadonlyMap<string, Value> {
  const nodes = stages.flatMap(({ source }) => nodesOf(source));
  const roots = stages.flatMap(({ source }) => source.results.map(({ node }) => node));
  const bounds = boundsOf(nodes);
  const next = seeded(seed);
  const values = new Map<string, Value>();
  for (const leaf of leavesOf(roots)) {
    const { name, role } = leaf.attrs;
    const given = role === "scalar" ? SCALARS[name] : undefined;
    if (given !== undefined) {
      values.set(name, { shape: [], data: Float64Array.of(given) });
      continue;
    }
    const most = bounds.get(leaf)?.map((extent) => evaluateExtent(extent, dims)) ?? [SMALL];
    const range = { low: role === "state" ? 0.25 : low, high, below: Math.min(...most) };
    for (const [own, { shape, data }] of randomLeaves([leaf], dims, next, range)) {
      values.set(own, { shape, data: data.map(Math.fround) });
    }
  }
  return values;
}
