/**
 * Kernels that are loops: over points, or over strips of points where each point sums over further axes.
 *
 * Along the innermost axis points are lanes. Where a point sums, and its terms lie side by side with those of
 * its neighbours, sixty-four neighbours go through the sum together: compilers make lanes of an inner loop.
 *
 * @module
 */
import type { Tensors } from "../../kernel/access.ts";
import type { Axis } from "../../kernel/index_expr.ts";
import type { Kernel, LetStage, ReduceStage, Stage, StoreStage } from "../../kernel/kernel.ts";
import { somePart } from "../../kernel/scalar_walk.ts";
import type { ExpressionWriter } from "./expression.ts";
import { SCALAR_TYPE } from "./language.ts";
import { LANES, loop } from "./lines.ts";
import {
  accumulate,
  fitsLanes,
  isContiguous,
  isLong,
  letLine,
  loops,
  stageLines,
  startOf,
  storeLine,
} from "./stages.ts";

/** How the points of a kernel's innermost axis are computed. */
export type LoopForm =
  /** One after the other. */
  | "points"
  /** Side by side in lanes. */
  | "lanes"
  /** In strips, stage after stage. */
  | "strips";

/** Decides a kernel's form. */
export function loopFormOf({ parallel, stages, tensors }: Kernel): LoopForm {
  const last = parallel.at(-1);
  const named: Tensors = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  if (last === undefined || !isLong(last)) return "points";
  const reduces = stages.filter((stage) => stage.kind === "reduce");
  const simple = stages.flatMap((stage): readonly (LetStage | StoreStage | ReduceStage)[] =>
    stage.kind === "loop" ? stage.body : [stage]
  );
  if (!simple.every(({ value }) => fitsLanes(value))) return "points";
  if (stages.some((stage) => stage.kind === "loop")) return "points";
  if (reduces.length === 0) return "lanes";
  const fits = reduces.every((stage) => stage.combine !== "argmax") &&
    isContiguous(stages, last, named);
  return fits ? "strips" : "points";
}

/** The stretch of an axis that a function computes. */
export interface Stretch {
  readonly axis: Axis;
}

/** The loops of a kernel. */
export function loopLines(
  { parallel, stages, tensors }: Kernel,
  form: LoopForm,
  shared: Stretch | undefined,
  writer: ExpressionWriter,
): readonly string[] {
  const named: Tensors = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const last = parallel.at(-1);
  if (last === undefined) return stageLines(stages, named, writer);
  const inner = form === "strips" ? stripLines(last, stages, shared, writer) : [
    ...(form === "lanes" ? [LANES] : []),
    ...over(last, stageLines(stages, named, writer), shared, writer),
  ];
  return parallel.slice(0, -1).reduceRight(
    (body, axis) => over(axis, body, shared, writer),
    inner,
  );
}

/** Where a thread's stretch of an axis begins and ends, or the whole axis. */
export function bounds(
  axis: Axis,
  shared: Stretch | undefined,
  writer: ExpressionWriter,
): { readonly from: string; readonly to: string } {
  return shared?.axis.name === axis.name
    ? { from: "thread->from", to: "thread->to" }
    : { from: "0", to: writer.extent(axis.extent).text };
}

function over(
  axis: Axis,
  body: readonly string[],
  shared: Stretch | undefined,
  writer: ExpressionWriter,
): readonly string[] {
  const { from, to } = bounds(axis, shared, writer);
  return loop(writer.axis(axis), to, body, { from });
}

/** Stages that can run one after the other at each point, or a reduction. */
type Run = ReduceStage | readonly (LetStage | StoreStage)[];

function runsOf(stages: readonly Stage[]): readonly Run[] {
  const runs: Run[] = [];
  let simple: (LetStage | StoreStage)[] = [];
  for (const stage of stages) {
    if (stage.kind === "loop") throw new Error("a strip has no inner loops");
    if (stage.kind !== "reduce") {
      simple.push(stage);
      continue;
    }
    if (simple.length > 0) runs.push(simple);
    simple = [];
    runs.push(stage);
  }
  return simple.length > 0 ? [...runs, simple] : runs;
}

/** The locals that some stages use. */
function usesLocal(run: Run, name: string): boolean {
  const stages = "kind" in run ? [run] : run;
  return stages.some(({ value }) =>
    somePart(value, (part) => part.kind === "local" && part.name === name)
  );
}

function stripLines(
  axis: Axis,
  stages: readonly Stage[],
  shared: Stretch | undefined,
  writer: ExpressionWriter,
): readonly string[] {
  const point = writer.axis(axis);
  const start = writer.ids.of("local", `${axis.name} strip`);
  const count = writer.ids.of("local", `${axis.name} count`);
  const lane = writer.ids.of("local", "lane");
  const { from, to } = bounds(axis, shared, writer);
  const runs = runsOf(stages);
  const strips: string[] = [];
  const keep = (name: string, type: string): void => {
    const local = writer.ids.of("local", name);
    strips.push(`${type} ${local}[TW_STRIP];`);
    writer.strips.set(name, `${local}[${lane}]`);
  };
  runs.forEach((run, at) => {
    if ("kind" in run) return keep(run.into, SCALAR_TYPE[run.type]);
    for (const stage of run) {
      const later = runs.slice(at + 1).some((each) =>
        stage.kind === "let" && usesLocal(each, stage.name)
      );
      if (stage.kind === "let" && later) keep(stage.name, SCALAR_TYPE[stage.value.type]);
    }
  });
  const across = (body: readonly string[]): readonly string[] => [
    LANES,
    ...loop(lane, count, [`const tw_size ${point} = ${start} + ${lane};`, ...body]),
  ];
  const body = runs.flatMap((run): readonly string[] => {
    if (!("kind" in run)) {
      return across(
        run.map((stage) =>
          stage.kind === "let" ? letLine(stage, writer) : storeLine(stage, writer)
        ),
      );
    }
    const into = writer.strips.get(run.into) ?? "?";
    return [
      ...loop(lane, count, [`${into} = ${startOf(run)};`]),
      ...loops(run.over, across([accumulate(run, into, writer)]), writer),
    ];
  });
  return loop(start, to, [
    `const tw_size ${count} = tw_least(TW_STRIP, ${to} - ${start});`,
    ...strips,
    ...body,
  ], { from, step: "TW_STRIP" });
}
