/** A program with everything that it is compared with. @module */
import { type DimValues, evaluateExtent, product, showDimValues } from "../../dsl/dim.ts";
import { indexAt, type Value } from "../graph/interpret.ts";
import { type Graph, nodesOf } from "../graph/graph.ts";
import { SILENT } from "../passes.ts";
import { type Compilation, compile, type Stages } from "../pipeline.ts";
import type { Declaration } from "../programs/programs.ts";
import type { Rule } from "../rewrite/rule.ts";
import { RULES } from "../rewrite/rules/mod.ts";
import { type Accuracy, ROUNDED } from "./accuracy.ts";
import { boundErrors } from "./error_bounds.ts";
import { leavesOf, randomLeaves, seeded } from "./random_values.ts";
import { SCALARS } from "./run_kernels.ts";
import { layerOf, modelOf, RANGES, type Sketch } from "./sketch.ts";
import { specText } from "./spec_text.ts";
import { countUnknown, type Tally } from "./tally.ts";

/** A compiled program with values of its leaves. */
export interface Trial {
  /** Decides in which direction slopes are compared. */
  readonly seed: number;
  readonly declaration: Declaration;
  readonly dims: DimValues;
  readonly compilation: Compilation;
  /** What rewriting could use. */
  readonly rules: readonly Rule[];
  /** Each element is an f32. */
  readonly leaves: ReadonlyMap<string, Value>;
}

/** The exact value of a result, and how far each element of it may be off on a machine. */
export interface Expected {
  readonly program: string;
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float64Array;
  /** ∞ where nothing can be said. */
  readonly error: Float64Array;
}

/** Gradients of gradients of products grow; what has more elements takes too long to interpret. */
const MOST_ELEMENTS = 40_000;

/**
 * Errors are bounded by their first order, once for the program as declared and once as rewritten; what kernels
 * do differs from the latter in the order of sums only, for which the bounds hold, and in second orders.
 */
const SAFETY = 2;

/** The unit of float64, relative to that of f32; four of them, as bounds of so small errors are rounded too. */
export const DOUBLE = 4 * 2 ** (24 - 53);

/** What is tried, and what may be put wrong on purpose. */
export interface TrialOptions {
  /** A layer unless given. */
  readonly kind?: Declaration["kind"];
  readonly rules?: readonly Rule[];
  readonly change?: (compilation: Compilation) => Compilation;
}

/** More samples than random indices and the largest batch need. */
const SAMPLES = 24;

/** Compiles a sketch; `undefined` if it is too large. */
export function trialOf(
  sketch: Sketch,
  { kind = "layer", rules: all = RULES, change = (compilation) => compilation }: TrialOptions = {},
): Trial | undefined {
  const declaration = kind === "layer" ? layerOf(sketch) : modelOf(sketch);
  const dims = { ...sketch.dims, samples: SAMPLES };
  const rules = sketch.rewritten ? all : [];
  const compilation = change(compile(declaration, SILENT, rules));
  const size = (graph: Graph): number =>
    nodesOf(graph).reduce((sum, node) => sum + evaluateExtent(product(node.shape), dims), 0);
  const total = compilation.stages.reduce((sum, { source }) => sum + size(source), 0);
  if (total > MOST_ELEMENTS) return undefined;
  const leaves = leafValues(compilation, sketch, dims);
  return { seed: sketch.seed, declaration, compilation, rules, dims, leaves };
}

function leafValues(
  { stages }: Compilation,
  { seed, values }: Sketch,
  dims: DimValues,
): ReadonlyMap<string, Value> {
  const roots = stages.flatMap(({ source }) => source.results.map(({ node }) => node));
  const leaves = leavesOf(roots);
  const round = values === "whole" ? Math.floor : Math.fround;
  const random = randomLeaves(leaves, dims, seeded(seed), RANGES[values]);
  return new Map(leaves.map(({ attrs: { name, role } }) => {
    const { shape, data } = random.get(name) ?? { shape: [], data: new Float64Array() };
    const scalar = role === "scalar" ? SCALARS[name] : undefined;
    if (scalar !== undefined) return [name, { shape, data: Float64Array.of(scalar) }];
    // Among the states are means of squares.
    const value = (x: number) => role === "state" ? Math.abs(round(x)) : round(x);
    return [name, { shape, data: data.map(value) }];
  }));
}

/** What a machine should compute, of the results of all programs. */
export function expectedOf(trial: Trial, accuracy: Accuracy = ROUNDED): readonly Expected[] {
  return trial.compilation.stages.flatMap((stages) => expectedOfProgram(trial, stages, accuracy));
}

function expectedOfProgram(
  { dims, leaves }: Trial,
  { source, rewritten }: Stages,
  accuracy: Accuracy,
): readonly Expected[] {
  const [declared, compiled] = [source, rewritten].map(({ results }) =>
    boundErrors(results.map(({ node }) => node), { dims, leaves, accuracy })
  );
  return source.results.map(({ name }, i) => {
    const [own, other] = [declared?.[i], compiled?.[i]];
    return {
      program: source.name,
      name,
      shape: own?.value.shape ?? [],
      data: own?.value.data ?? new Float64Array(),
      error: (own?.error ?? new Float64Array()).map((each, at) =>
        SAFETY * Math.max(each, other?.error[at] ?? Infinity)
      ),
    };
  });
}

/**
 * Where a result is further off than it may be, in words.
 *
 * @param precision the unit of the machine, relative to that of f32.
 */
export function differenceOf(
  expected: Expected,
  got: ArrayLike<number>,
  what: string,
  tally: Tally,
  precision = 1,
): string | undefined {
  const { program, name, shape, data, error } = expected;
  if (got.length !== data.length) {
    return `${what}: ${program}: ${name} has ${got.length} elements, wanted ${data.length}`;
  }
  for (const [i, wanted] of data.entries()) {
    const tolerance = (error[i] ?? Infinity) * precision;
    if (tolerance === Infinity) {
      countUnknown(tally, wanted);
      continue;
    }
    tally.compared++;
    if (Math.abs((got[i] ?? NaN) - wanted) <= tolerance) continue;
    const room = tolerance === 0 ? "exactly" : `± ${tolerance.toPrecision(2)}`;
    return `${what}: ${program}: ${name}[${indexAt(i, shape).join(", ")}] is ${
      got[i]
    }, wanted ${wanted} ${room}`;
  }
  return undefined;
}

/** A trial as a reader wants to see it when something is wrong. */
export function describeTrial(sketch: Sketch): string {
  const { dims, values, seed, rewritten } = sketch;
  const sizes = showDimValues(dims);
  return [
    specText(layerOf(sketch)),
    `with ${sizes}; "${values}" values of leaves from seed ${seed}; ${
      rewritten ? "all rules of rewriting" : "no rules of rewriting"
    }`,
  ].join("\n");
}
