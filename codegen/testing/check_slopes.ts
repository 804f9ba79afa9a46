/** Compares the gradients of a random program with finite differences, in float64. @module */
import type { DimValues } from "../../dsl/dim.ts";
import { make } from "../../dsl/intern.ts";
import type { Node } from "../../dsl/ops.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { interpret, type Value } from "../graph/interpret.ts";
import { replaceNodes } from "../graph/replace.ts";
import { layerGradients } from "../programs/layer_programs.ts";
import { decideMode } from "../programs/mode.ts";
import { leafName } from "../programs/programs.ts";
import { type Bounded, boundErrors } from "./error_bounds.ts";
import { leavesOf, seeded } from "./random_values.ts";
import { countUnknown, type Tally } from "./tally.ts";
import { DOUBLE, type Expected, type Trial } from "./trial.ts";

/** How far leaves move: rounding hides about 2⁻²⁷ of a slope along it, and curvature as much. */
const STEP = 2 ** -26;

/** What rounding a number of float64 before or after a step changes of a slope, relative to the number. */
const ROUNDING = 4 * 2 ** -53 / STEP;

/** The values of leaves, by name. */
type Leaves = ReadonlyMap<string, Value>;

/** A function of leaves and its gradients with respect to those that can move. */
interface Slopes {
  readonly y: Node;
  /** The gradient of each moving leaf, by name; absent where it is 0 everywhere. */
  readonly gradients: ReadonlyMap<string, Node>;
  readonly moving: readonly string[];
  readonly leaves: Leaves;
  readonly dims: DimValues;
  /** How much each element changes where leaves are off by a step. */
  readonly changes: ReadonlyMap<Node, Bounded>;
}

/**
 * Compares the derived gradients of a layer with the slope of s = Σ gy · y along a direction in which it goes
 * up: (s(x + hd) − s(x − hd)) / 2h.
 *
 * By the mean value theorem the slope is the gradient at a point in between, so it differs from the gradient
 * here by no more than the gradient changes on the box of all |x' − x| ≤ h: the bound of its error if leaves
 * are off by h. Where that is unknown, a decision changes within the box, and there may be no slope: such
 * elements of leaves are not moved, and such elements of y count for nothing in s.
 */
export function slopeFault(
  trial: Trial,
  expected: readonly Expected[],
  tally: Tally,
): string | undefined {
  const slopes = slopesOf(trial);
  if (slopes === undefined) return undefined;
  const rounding = expected.find((each) => each.name === "y")?.error ?? new Float64Array();
  const change = slopes.changes.get(slopes.y)?.error ?? new Float64Array();
  const weights = slopes.leaves.get("gy")?.data ?? new Float64Array();
  const gy = weights.map((weight, i) =>
    Number.isFinite((rounding[i] ?? 0) + (change[i] ?? 0)) ? weight : 0
  );
  const uphill = directionOf(slopes, gy, seeded(trial.seed + 1), tally);
  const [up, down] = [STEP, -STEP].map((step) => valueAt(slopes, uphill.direction, step));
  let [got, tolerance] = [0, uphill.tolerance];
  gy.forEach((weight, i) => {
    if (weight === 0) return;
    got += weight * ((up?.[i] ?? NaN) - (down?.[i] ?? NaN)) / (2 * STEP);
    const ofY = (rounding[i] ?? Infinity) * DOUBLE / STEP + ROUNDING * Math.abs(up?.[i] ?? NaN);
    tolerance += Math.abs(weight) * ofY;
  });
  if (Math.abs(got - uphill.slope) <= tolerance) return undefined;
  return `gradients: the slope along them is ${got} by differences, ${uphill.slope} by themselves, ± ${
    tolerance.toPrecision(2)
  }`;
}

/** What a model computes of gradients is no gradient any more: it has no slopes. */
function slopesOf({ declaration, leaves: given, dims }: Trial): Slopes | undefined {
  if (declaration.kind === "model") return undefined;
  const plain = replaceNodes(new Map());
  const output = plain(decideMode("training")(declaration.output));
  const derived = layerGradients(declaration);
  const roots = [output, ...derived.map((each) => plain(each.gradient))];
  const { nodes, leaves } = withoutStops(roots, given, dims);
  const [y = output, ...gradients] = nodes;
  // Nobody asks for the gradient of a run's scalars: the number of a step, say.
  const moving = leavesOf([output])
    .filter(({ dtype, attrs: { role } }) => dtype === "f32" && role !== "scalar").map(leafName);
  const leafErrors = new Map(
    moving.map((name) => [name, (leaves.get(name) ?? NOTHING).data.map(() => STEP)]),
  );
  const bounds = boundErrors(nodes, { dims, leaves, leafErrors });
  return {
    y,
    gradients: new Map(derived.map(({ leaf }, i) => [leafName(leaf), gradients[i] ?? y])),
    moving,
    leaves,
    dims,
    changes: new Map(nodes.flatMap((node, i) => bounds[i] ? [[node, bounds[i]]] : [])),
  };
}

/** A direction in which s goes up, its slope by the gradients, and how far that may be off. */
function directionOf(
  { gradients, moving, leaves, dims, changes }: Slopes,
  gy: Float64Array,
  next: () => number,
  tally: Tally,
): {
  readonly direction: ReadonlyMap<string, Float64Array>;
  readonly slope: number;
  readonly tolerance: number;
} {
  const shape = leaves.get("gy")?.shape ?? [];
  const nodes = [...gradients.values()];
  const values = interpret(nodes, { dims, leaves: new Map(leaves).set("gy", { shape, data: gy }) });
  let [slope, tolerance] = [0, 0];
  const direction = new Map(moving.map((name) => {
    const node = gradients.get(name);
    const gradient = node === undefined ? undefined : values[nodes.indexOf(node)];
    const own = (leaves.get(name) ?? NOTHING).data.map((x, i) => {
      const change = node === undefined ? 0 : changes.get(node)?.error[i] ?? Infinity;
      const g = gradient?.data[i] ?? 0;
      if (!Number.isFinite(change + g)) {
        countUnknown(tally, g);
        return 0;
      }
      tally.compared++;
      const step = (0.5 + next() / 2) * (g < 0 ? -1 : 1);
      slope += g * step;
      // x + hd is rounded as well.
      tolerance += change + ROUNDING * Math.abs(g * x);
      return step;
    });
    return [name, own];
  }));
  return { direction, slope, tolerance };
}

/** The elements of y where leaves have moved. */
function valueAt(
  { y, leaves, dims }: Slopes,
  direction: ReadonlyMap<string, Float64Array>,
  step: number,
): ArrayLike<number> {
  const moved = new Map([...leaves].map(([name, { shape, data }]) => {
    const along = direction.get(name);
    return [name, { shape, data: data.map((x, i) => x + step * (along?.[i] ?? 0)) }];
  }));
  return interpret([y], { dims, leaves: moved })[0]?.data ?? [];
}

const NOTHING: Value = { shape: [], data: new Float64Array() };

/** Nodes with what is constant for gradients as leaves, which do not move. */
function withoutStops(
  roots: readonly Node[],
  leaves: Leaves,
  dims: DimValues,
): { readonly nodes: readonly Node[]; readonly leaves: Leaves } {
  const order = topologicalOrder(roots);
  const values = interpret(order, { dims, leaves });
  const given = new Map(leaves);
  const done = new Map<Node, Node>();
  order.forEach((node, i) => {
    if (node.op !== "stopGradient") {
      done.set(node, make(node.op, node.attrs, node.inputs.map((each) => done.get(each) ?? each)));
      return;
    }
    const { shape, dtype } = node;
    const name = `stop${i}`;
    done.set(node, make("input", { name, role: "input", shape, dtype }));
    given.set(name, values[i] ?? NOTHING);
  });
  return { nodes: roots.map((root) => done.get(root) ?? root), leaves: given };
}
