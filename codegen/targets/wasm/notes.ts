/**
 * What this target decided, for people: a section of a module's plan.
 *
 * @module
 */
import { showExtent } from "../../../dsl/dim.ts";
import type { KernelPlan } from "./kernel_plan.ts";
import type { ModulePlan, SharedProgram } from "./module_plan.ts";
import type { SharedKernel } from "./share_out.ts";
import { DOT_WIDTHS, heightsFor, OUTER_WIDTHS } from "./tiles.ts";

function formText({ form }: KernelPlan): string {
  if (form === undefined) return "loops";
  const { kind, strips, skipsZeros, contraction: { m, n, lhs } } = form;
  const widths = kind === "outer" ? OUTER_WIDTHS : DOT_WIDTHS;
  const tile = `${heightsFor(m.extent)[0]} × ${widths[0]}`;
  const products = kind === "outer" ? "outer products" : "dot products";
  const order = `along ${strips === "m" ? m.name : n.name}`;
  const zeros = skipsZeros ? `, or skips zeros of ${lhs.tensor}` : "";
  return `${products}, tiles of ${tile}, strips ${order}${zeros}`;
}

function row(phase: number, { plan, split }: SharedKernel): string {
  const share = split === undefined
    ? "the first thread"
    : `${split.axis.name} of ${showExtent(split.axis.extent)} by ${split.grain}`;
  return `| ${phase} | ${plan.kernel.name} | ${share} | ${formText(plan)} |`;
}

function programRows({ program, phases }: SharedProgram): readonly string[] {
  return [
    `### ${program.name} on threads`,
    "",
    "| phase | kernel | shared out along | form |",
    "| ---: | --- | --- | --- |",
    ...phases.flatMap((phase, at) => phase.map((shared) => row(at + 1, shared))),
    "",
  ];
}

/** The section, as lines of Markdown. */
export function notesOf({ programs, transposed, lists }: ModulePlan): readonly string[] {
  const layout = transposed.length === 0
    ? []
    : [`Column by column in memory: ${transposed.join(", ")}.`, ""];
  const skipped = lists.length === 0 ? [] : [
    "A product with a tensor that is declared sparse first lists what is not zero. If that is at most " +
    "half, it adds up only those terms, in the same order and so to the same bits; else it computes all.",
    "",
    ...lists.map(({ name }) => `- ${name}`),
    "",
  ];
  return [
    "## WebAssembly",
    "",
    "Each thread computes a stretch of one axis of every kernel; threads meet after each phase.",
    "",
    ...layout,
    ...skipped,
    ...programs.flatMap(programRows),
  ];
}
