/** A random program with everything that it is compared with. @module */
import type { LayerDeclaration } from "../../dsl/declare.ts";
import { evaluateExtent, product } from "../../dsl/dim.ts";
import type { Value } from "../graph/interpret.ts";
import { type Graph, nodesOf } from "../graph/graph.ts";
import { SILENT } from "../passes.ts";
import { type Compilation, compile, type Stages } from "../pipeline.ts";
import type { Rule } from "../rewrite/rule.ts";
import { RULES } from "../rewrite/rules/mod.ts";
import { type Accuracy, ROUNDED } from "./accuracy.ts";
import { boundErrors } from "./error_bounds.ts";
import { leavesOf, randomLeaves, seeded } from "./random_values.ts";
import { layerOf, RANGES, type Sketch } from "./sketch.ts";
import { specText } from "./spec_text.ts";

/** A compiled random program with values of its leaves. */
export interface Trial {
  readonly sketch: Sketch;
  readonly declaration: LayerDeclaration;
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
  readonly data: Float64Array;
  /** ∞ where nothing can be said. */
  readonly error: Float64Array;
}

/** Elements that were compared, and elements of which nothing can be said. */
export interface Tally {
  compared: number;
  unknown: number;
}

/** Gradients of gradients of products grow; what has more elements takes too long to interpret. */
const MOST_ELEMENTS = 40_000;

/**
 * Errors are bounded by their first order, once for the program as declared and once as rewritten; what kernels
 * do differs from the latter in the order of sums only, for which the bounds hold, and in second orders.
 */
const SAFETY = 2;

/** What may be put wrong on purpose. */
export interface TrialOptions {
  readonly rules?: readonly Rule[];
  readonly change?: (compilation: Compilation) => Compilation;
}

/** Compiles a sketch; `undefined` if it is too large. */
export function trialOf(
  sketch: Sketch,
  { rules: all = RULES, change = (compilation) => compilation }: TrialOptions = {},
): Trial | undefined {
  const declaration = layerOf(sketch);
  const rules = sketch.rewritten ? all : [];
  const compilation = change(compile(declaration, SILENT, rules));
  const size = (graph: Graph): number =>
    nodesOf(graph).reduce((sum, node) => sum + evaluateExtent(product(node.shape), sketch.dims), 0);
  const total = compilation.stages.reduce((sum, { source }) => sum + size(source), 0);
  if (total > MOST_ELEMENTS) return undefined;
  return { sketch, declaration, compilation, rules, leaves: leafValues(declaration, sketch) };
}

function leafValues(
  { output, outputGradient }: LayerDeclaration,
  { dims, seed, values }: Sketch,
): ReadonlyMap<string, Value> {
  const leaves = leavesOf([output, outputGradient]);
  const round = values === "whole" ? Math.floor : Math.fround;
  const random = randomLeaves(leaves, dims, seeded(seed), RANGES[values]);
  return new Map(
    [...random].map(([name, { shape, data }]) => [name, { shape, data: data.map(round) }]),
  );
}

/** What a machine should compute, of the results of all programs. */
export function expectedOf(trial: Trial, accuracy: Accuracy = ROUNDED): readonly Expected[] {
  return trial.compilation.stages.flatMap((stages) => expectedOfProgram(trial, stages, accuracy));
}

function expectedOfProgram(
  { sketch: { dims }, leaves }: Trial,
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
  const { program, name, data, error } = expected;
  if (got.length !== data.length) {
    return `${what}: ${program}: ${name} has ${got.length} elements, wanted ${data.length}`;
  }
  for (const [i, wanted] of data.entries()) {
    const tolerance = (error[i] ?? Infinity) * precision;
    if (tolerance === Infinity) {
      tally.unknown++;
      continue;
    }
    tally.compared++;
    if (Math.abs((got[i] ?? NaN) - wanted) <= tolerance) continue;
    return `${what}: ${program}: ${name}[${i}] is ${got[i]}, wanted ${wanted} ± ${
      tolerance.toPrecision(2)
    }`;
  }
  return undefined;
}

/** A trial as a reader wants to see it when something is wrong. */
export function describeTrial(sketch: Sketch): string {
  const { dims, values, seed, rewritten } = sketch;
  const sizes = Object.entries(dims).map(([dim, size]) => `${dim} = ${size}`).join(", ");
  return [
    specText(layerOf(sketch)),
    `with ${sizes}; "${values}" values of leaves from seed ${seed}; ${
      rewritten ? "all rules of rewriting" : "no rules of rewriting"
    }`,
  ].join("\n");
}
