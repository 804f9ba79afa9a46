/**
 * Compares what passes make of a random program, in float64: after rewriting, as kernels in the memory that
 * was planned for them, and its gradients with slopes.
 *
 * @module
 */
import { interpret } from "../graph/interpret.ts";
import { interpretProgram } from "../kernel/interpret.ts";
import { rewrite } from "../rewrite/engine.ts";
import { memoryOf, SCALARS } from "./run_kernels.ts";
import { slopeFault } from "./check_slopes.ts";
import { newTally, type Tally } from "./tally.ts";
import { differenceOf, DOUBLE, type Expected, expectedOf, type Trial } from "./trial.ts";

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
  return graphFault(trial, expected, elements) ?? slopeFault(trial, expected, slopes);
}

/** What is wrong after rewriting, or as kernels. */
export function graphFault(
  trial: Trial,
  expected: readonly Expected[],
  tally: Tally,
): string | undefined {
  return rewritingFault(trial, expected, tally) ?? kernelFault(trial, expected, tally);
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
