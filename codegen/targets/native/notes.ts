/** What this target decided, for people: a section of a module's plan. @module */
import { showExtent } from "../../../dsl/dim.ts";
import type { KernelPlan } from "./kernel_plan.ts";
import type { ModulePlan, PlannedProgram } from "./module_plan.ts";

const LOOPS = {
  points: "loops over points",
  lanes: "loops, points in lanes",
  strips: "loops, strips of points in lanes",
} as const;

function formText({ form }: KernelPlan): string {
  if (form.kind === "loops") return LOOPS[form.loops];
  const { rows, columns, left, right, stride, copy, skipsZeros } = form.way;
  const leftText = stride === undefined ? `copied rows of ${left.tensor}` : left.tensor;
  const rightText = copy.how === "none"
    ? `${right.tensor} as it lies`
    : `copied columns of ${right.tensor}`;
  const zeros = skipsZeros ? `, or skips zeros of ${left.tensor}` : "";
  return `tiles of ${rows.name} × ${columns.name}: ${leftText} times ${rightText}${zeros}`;
}

function programRows({ program, kernels }: PlannedProgram): readonly string[] {
  return [
    `### ${program.name} as C`,
    "",
    "| | kernel | shared out along | form |",
    "| --- | --- | --- | --- |",
    ...kernels.map(({ plan, meets }, at) => {
      const share = plan.split === undefined
        ? "the first thread"
        : `${plan.split.axis.name} of ${showExtent(plan.split.axis.extent)} by ${plan.split.grain}`;
      return `| ${meets && at > 0 ? "meet" : ""} | ${plan.kernel.name} | ${share} | ${
        formText(plan)
      } |`;
    }),
    "",
  ];
}

/** The section, as lines of Markdown. */
export function notesOf({ programs, panels }: ModulePlan): readonly string[] {
  return [
    "## C",
    "",
    "Each thread computes a stretch of one axis of every kernel; threads meet where the first column says " +
    "so. The sizes of vectors and tiles are those of the machine that compiles `kernels.c`.",
    "",
    ...(panels.length === 0 ? [] : [`In panels in memory: ${panels.join(", ")}.`, ""]),
    ...programs.flatMap(programRows),
  ];
}
