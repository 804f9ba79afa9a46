/** Checks a declaration at all its sizes, on all devices. @module */
import { DeclarationError } from "../dsl/errors.ts";
import { type DimValues, evaluateExtent, product, showDimValues } from "../dsl/dim.ts";
import { nodesOf } from "../codegen/graph/graph.ts";
import { type Compilation, compile } from "../codegen/pipeline.ts";
import type { Declaration } from "../codegen/programs/programs.ts";
import type { Proof } from "../codegen/programs/check_backward.ts";
import { RULES } from "../codegen/rewrite/rules/mod.ts";
import { checkModule, type Device } from "../codegen/testing/check_device.ts";
import { checkGraphs, graphFault } from "../codegen/testing/check_graphs.ts";
import { slopeFault } from "../codegen/testing/check_slopes.ts";
import { newTally, type Tally } from "../codegen/testing/tally.ts";
import { expectedOf, type Trial } from "../codegen/testing/trial.ts";
import { withFreshModule } from "../explain/temporary_module.ts";
import { type NamedDevices, TESTED_BACKENDS } from "../fuzz/devices.ts";
import type { ModuleSpec } from "../runtime/spec.ts";
import { leafValues, type RealRange } from "./leaves.ts";
import { sizesOf } from "./sizes.ts";

/** Devices of one kind, that are compared with each other too. */
export interface DeviceGroup {
  /** As the table heads its column. */
  readonly name: string;
  readonly devices: readonly Device[];
  /** How many sizes it runs at; all if absent. */
  readonly sizes?: number;
}

/** The devices of a backend; those that load slowly run at fewer sizes. */
export function groupOf({ backend, devices }: NamedDevices, quick: boolean): DeviceGroup {
  const { isSlowToLoad } = TESTED_BACKENDS[backend];
  return { name: backend, devices, ...(isSlowToLoad ? { sizes: quick ? 1 : 3 } : {}) };
}

/** How thoroughly to check. */
export interface CheckOptions {
  readonly groups: readonly DeviceGroup[];
  /** Sets of random values at each size. */
  readonly seeds: number;
  /** Fewer sizes. */
  readonly quick: boolean;
  /** What may be put wrong on purpose: the module that is run for a declaration. */
  readonly run?: Declaration;
}

/** What was compared in a column of the table, and the first fault. */
export interface Outcome {
  readonly name: string;
  /** Sizes and sets of values that it was compared at. */
  cases: number;
  readonly tally: Tally;
  fault?: string;
}

/** What was found out about a declaration. */
export interface Report {
  readonly declaration: Declaration;
  readonly programs: readonly string[];
  readonly proofs: readonly Proof[];
  /** Graphs, gradients and each group of devices. */
  readonly outcomes: readonly Outcome[];
}

/** More elements of all values take too long to interpret. */
const MOST_ELEMENTS = 120_000;

/** Where reals lie: about 0, or above it, for what has values there only. */
const RANGES: readonly RealRange[] = [[-1, 1], [0.1, 2]];

const outcome = (name: string): Outcome => ({ name, cases: 0, tally: newTally() });

/**
 * Checks a declaration: its graphs and gradients in float64, and its module on each group of devices. What
 * code generation refuses, such as a wrong gradient that was written by hand, is a fault too.
 */
export async function checkDeclaration(
  declaration: Declaration,
  options: CheckOptions,
): Promise<Report> {
  const graphs = outcome("float64"), slopes = outcome("slopes");
  const onDevices = options.groups.map(({ name }) => outcome(name));
  const outcomes = [graphs, slopes, ...onDevices];
  try {
    const compilation = compile(declaration);
    await checkCompilation(compilation, options, { graphs, slopes, onDevices });
    outcomes.forEach(requireSome);
    const programs = compilation.stages.map(({ source }) => source.name);
    return { declaration, programs, proofs: compilation.proofs, outcomes };
  } catch (error) {
    if (!(error instanceof DeclarationError)) throw error;
    graphs.fault = error.message;
    return { declaration, programs: [], proofs: [], outcomes };
  }
}

/** The columns of a declaration's line. */
interface Outcomes {
  readonly graphs: Outcome;
  readonly slopes: Outcome;
  /** One for each group. */
  readonly onDevices: readonly Outcome[];
}

async function checkCompilation(
  compilation: Compilation,
  { groups, seeds, quick, run = compilation.declaration }: CheckOptions,
  { graphs, slopes, onDevices }: Outcomes,
): Promise<void> {
  await withFreshModule(run, async (module) => {
    const sizes = sizesOf(compilation, quick)
      .filter((dims) => elementsOf(compilation, dims) <= MOST_ELEMENTS);
    for (const [place, dims] of sizes.entries()) {
      for (let seed = 1; seed <= seeds; seed++) {
        const trial = trialAt(compilation, dims, seed);
        inFloat64(trial, graphs, slopes);
        for (const [i, group] of groups.entries()) {
          const { sizes: most } = group;
          const isLeftOut = most !== undefined && (place >= most || seed > 1);
          const own = onDevices[i];
          if (own !== undefined && !isLeftOut) await onGroup(trial, module, group, own);
        }
      }
    }
  });
}

function elementsOf({ stages }: Compilation, dims: DimValues): number {
  const nodes = stages.flatMap(({ source }) => nodesOf(source));
  return nodes.reduce((sum, node) => sum + evaluateExtent(product(node.shape), dims), 0);
}

/** Values around 0, or above it where more of the results are numbers then. */
function trialAt(compilation: Compilation, dims: DimValues, seed: number): Trial {
  const trials = RANGES.map((range): Trial => ({
    seed,
    declaration: compilation.declaration,
    compilation,
    rules: RULES,
    dims,
    leaves: leafValues(compilation, dims, seed, range),
  }));
  const [around, above] = trials;
  if (around === undefined || above === undefined) throw new Error("There are two ranges");
  const tally = newTally();
  checkGraphs(around, tally);
  return tally.outOfRange > tally.compared / 4 ? above : around;
}

function inFloat64(trial: Trial, graphs: Outcome, slopes: Outcome): void {
  if (graphs.fault !== undefined || slopes.fault !== undefined) return;
  const expected = expectedOf(trial);
  graphs.cases++;
  const graph = graphFault(trial, expected, graphs.tally);
  if (graph !== undefined) graphs.fault = withSizes(graph, trial);
  if (!hasSlopes(trial.compilation)) return;
  slopes.cases++;
  const slope = slopeFault(trial, expected, slopes.tally);
  if (slope !== undefined) slopes.fault = withSizes(slope, trial);
}

async function onGroup(
  trial: Trial,
  module: ModuleSpec,
  { devices }: DeviceGroup,
  outcome: Outcome,
): Promise<void> {
  if (outcome.fault !== undefined) return;
  const found = await checkModule(trial, module, devices, outcome.tally);
  outcome.cases++;
  if (found !== undefined) outcome.fault = withSizes(found, trial);
}

function withSizes(found: string, { dims, seed }: Trial): string {
  const sizes = showDimValues(dims);
  return `${found} (with ${sizes}, values from seed ${seed})`;
}

/** Steps of models have no slopes: they are compared by value. Some gradients are meant to differ from slopes. */
function hasSlopes({ declaration, proofs, stages }: Compilation): boolean {
  return declaration.kind === "layer" && proofs.every(({ by }) => by !== "unverified") &&
    stages.some(({ source }) => source.name.startsWith("grad_"));
}

/** What ran, but of which nothing could be said, was not checked. */
function requireSome(outcome: Outcome): void {
  const { cases, fault, tally: { compared, undecided, outOfRange } } = outcome;
  if (cases === 0 || fault !== undefined || compared > 0 || undecided + outOfRange === 0) return;
  outcome.fault =
    `no element could be compared: ${undecided} hang on what rounding decides, ${outOfRange} are no f32`;
}
