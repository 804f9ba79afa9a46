/**
 * Compares what passes make of a random program, in float64: after rewriting, as kernels in the memory that
 * was planned for them, and its gradients with finite differences.
 *
 * @module
 */
import { interpret, type Value } from "../graph/interpret.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { interpretProgram } from "../kernel/interpret.ts";
import type { DimValues } from "../../dsl/dim.ts";
import { make } from "../../dsl/intern.ts";
import type { Node } from "../../dsl/ops.ts";
import { layerGradients, leafName } from "../programs/programs.ts";
import { rewrite } from "../rewrite/engine.ts";
import { boundErrors } from "./error_bounds.ts";
import { leavesOf, seeded } from "./random_values.ts";
import { memoryOf, SCALARS } from "./run_kernels.ts";
import { countUnknown, newTally, type Tally } from "./tally.ts";
import { differenceOf, type Expected, expectedOf, type Trial } from "./trial.ts";

/** The unit of float64, relative to that of f32; four of them, as bounds of so small errors are rounded too. */
const DOUBLE = 4 * 2 ** (24 - 53);

/**
 * What is wrong with a program before any machine runs it, in words.
 *
 * @param elements counts the elements of results that were compared
 * @param slopes counts the elements of leaves along which a slope was compared
 */
export function checkGraphs(
  trial: Trial,
  elements: Tally = newTally(),
  slopes: Tally = newTally(),
): string | undefined {
  const expected = expectedOf(trial);
  return rewritingFault(trial, expected, elements) ?? kernelFault(trial, expected, elements) ??
    slopeFault(trial, expected, slopes);
}

function rewritingFault(
  { compilation, leaves, rules, dims }: Trial,
  expected: readonly Expected[],
  tally: Tally,
): string | undefined {
  for (const { rewritten, source } of compilation.stages) {
    const values = interpret(rewritten.results.map(({ node }) => node), { dims, leaves });
    for (const [i, { name }] of source.results.entries()) {
      const wanted = expected.find((each) => each.program === source.name && each.name === name);
      if (wanted === undefined) return `after rewriting: ${name} is missing`;
      const got = values[i]?.data ?? [];
      const found = differenceOf(wanted, got, "after rewriting", tally, DOUBLE);
      if (found !== undefined) return found;
    }
    const [again] = rewrite(rewrite(source, rules).graph, rules).firings;
    if (again !== undefined) return `after rewriting: ${again.rule.name} still fits`;
  }
  return undefined;
}

function kernelFault(
  { compilation: { module, stages }, leaves, dims }: Trial,
  expected: readonly Expected[],
  tally: Tally,
): string | undefined {
  for (const { source, program } of stages) {
    const memory = memoryOf(module, dims, leaves);
    interpretProgram(program, memory, dims, SCALARS);
    for (const wanted of expected.filter((each) => each.program === source.name)) {
      const got = memory.get(wanted.name)?.data ?? [];
      const found = differenceOf(wanted, got, "as kernels", tally, DOUBLE);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** How far leaves move: rounding hides about 2⁻²⁷ of a slope along it, and curvature as much. */
const STEP = 2 ** -26;

/** What rounding a number of float64 before or after a step changes of a slope, relative to the number. */
const ROUNDING = 4 * 2 ** -53 / STEP;

/**
 * Compares the derived gradients with the slope of s = Σ gy · y along a direction in which it goes up:
 * (s(x + hd) − s(x − hd)) / 2h.
 *
 * By the mean value theorem the slope is the gradient at a point in between, so it differs from the gradient
 * here by no more than the gradient changes on the box of all |x' − x| ≤ h: the bound of its error if leaves
 * are off by h. Where that is unknown, a decision changes within the box, and there may be no slope: such
 * elements of leaves are not moved, and such elements of y count for nothing in s.
 */
function slopeFault(
  { declaration, leaves, dims, sketch: { seed } }: Trial,
  expected: readonly Expected[],
  tally: Tally,
): string | undefined {
  // What a model computes of gradients is no gradient any more.
  if (declaration.kind === "model") return undefined;
  const { output, outputGradient } = declaration;
  const gradients = layerGradients(declaration);
  const moving = leavesOf([output]).filter((leaf) => leaf.dtype === "f32");
  const leafErrors = new Map(
    moving.map(({ attrs: { name } }) => [name, (leaves.get(name) ?? NOTHING).data.map(() => STEP)]),
  );
  const frozen = withoutStops([output, ...gradients.map((each) => each.derived)], leaves, dims);
  const [frozenOutput = output, ...derived] = frozen.nodes;
  const [y, ...slopes] = boundErrors(frozen.nodes, { dims, leaves: frozen.leaves, leafErrors });
  const rounding = expected.find((each) => each.name === "y")?.error ?? [];
  const isSmooth = (i: number) => y?.error[i] !== Infinity && rounding[i] !== Infinity;
  // What has no slope is left out of s, also for the gradients.
  const weights = leaves.get(leafName(outputGradient)) ?? NOTHING;
  const gy = { ...weights, data: weights.data.map((each, i) => isSmooth(i) ? each : 0) };
  const given = new Map(frozen.leaves).set(leafName(outputGradient), gy);
  const values = interpret(derived, { dims, leaves: given });
  const next = seeded(seed + 1);
  let [wanted, tolerance] = [0, 0];
  const direction = new Map(moving.map(({ attrs: { name } }) => {
    const at = gradients.findIndex(({ leaf }) => leafName(leaf) === name);
    const own = (leaves.get(name) ?? NOTHING).data.map((_, i) => {
      const change = at < 0 ? 0 : slopes[at]?.error[i] ?? Infinity;
      const slope = at < 0 ? 0 : values[at]?.data[i] ?? NaN;
      if (!Number.isFinite(change + slope)) {
        countUnknown(tally, slope);
        return 0;
      }
      tally.compared++;
      const step = (0.5 + next() / 2) * (slope < 0 ? -1 : 1);
      wanted += slope * step;
      // x + hd is rounded as well.
      tolerance += change + ROUNDING * Math.abs(slope * (leaves.get(name)?.data[i] ?? NaN));
      return step;
    });
    return [name, own] as const;
  }));
  const at = (step: number): readonly number[] => {
    const moved = new Map([...frozen.leaves].map(([name, value]): [string, Value] => {
      const along = direction.get(name);
      const data = value.data.map((x, i) => x + step * (along?.[i] ?? 0));
      return [name, { shape: value.shape, data }];
    }));
    return [...interpret([frozenOutput], { dims, leaves: moved })[0]?.data ?? []];
  };
  const [up, down] = [at(STEP), at(-STEP)];
  let got = 0;
  gy.data.forEach((weight, i) => {
    if (weight === 0) return;
    got += weight * ((up[i] ?? NaN) - (down[i] ?? NaN)) / (2 * STEP);
    const ofY = (rounding[i] ?? Infinity) * DOUBLE / STEP + ROUNDING * Math.abs(up[i] ?? NaN);
    tolerance += Math.abs(weight) * ofY;
  });
  if (Math.abs(got - wanted) <= tolerance) return undefined;
  return `gradients: the slope along them is ${got} by differences, ${wanted} by themselves, ± ${
    tolerance.toPrecision(2)
  }`;
}

const NOTHING: Value = { shape: [], data: new Float64Array() };

/** Nodes with what is constant for gradients as leaves, which do not move. */
function withoutStops(
  roots: readonly Node[],
  leaves: ReadonlyMap<string, Value>,
  dims: DimValues,
): { readonly nodes: readonly Node[]; readonly leaves: ReadonlyMap<string, Value> } {
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
