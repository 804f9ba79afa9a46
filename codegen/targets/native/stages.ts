/** The stages of a kernel, at a point of its loops. @module */
import { accessesIn, motion, type Tensors } from "../../kernel/access.ts";
import type { Axis } from "../../kernel/index_expr.ts";
import type {
  Combine,
  LetStage,
  ReduceStage,
  Scalar,
  Stage,
  StoreStage,
} from "../../kernel/kernel.ts";
import { somePart } from "../../kernel/scalar_walk.ts";
import type { ExpressionWriter } from "./expression.ts";
import { SCALAR_TYPE } from "./language.ts";
import { block, LANES, loop } from "./lines.ts";

/** What a reduction starts with, by its type. */
const START: {
  readonly [C in Combine]: { readonly f32: string; readonly u32: string; readonly i32: string };
} = {
  sum: { f32: "0.0f", u32: "0", i32: "0" },
  max: { f32: "-INFINITY", u32: "0", i32: "INT32_MIN" },
  argmax: { f32: "-INFINITY", u32: "0", i32: "INT32_MIN" },
};

/** What a reduction starts with. */
export function startOf({ combine, value: { type } }: ReduceStage): string {
  if (type === "bool") throw new Error(`Cannot reduce a bool by ${combine}`);
  return START[combine][type];
}

/** The statement that takes one more value into a reduction. */
export function accumulate(stage: ReduceStage, into: string, writer: ExpressionWriter): string {
  const value = writer.scalar(stage.value).text;
  const suffix = stage.type === "f32" ? "" : `_${stage.type}`;
  const line = stage.combine === "sum"
    ? `${into} += ${value};`
    : `${into} = tw_maximum${suffix}(${into}, ${value});`;
  return writer.mark(line, stage.provenance);
}

/** Loops over axes, outermost first. */
export function loops(
  axes: readonly Axis[],
  body: readonly string[],
  writer: ExpressionWriter,
): readonly string[] {
  return axes.reduceRight(
    (inner, axis) => loop(writer.axis(axis), writer.extent(axis.extent).text, inner),
    body,
  );
}

/** Operators that are calls of the C library, of which there are none for lanes. */
const WITHOUT_LANES: ReadonlySet<string> = new Set(["sin", "cos", "pow"]);

/** True if a value can be computed in lanes. */
export function fitsLanes(value: Scalar): boolean {
  return !somePart(value, (part) => part.kind === "apply" && WITHOUT_LANES.has(part.op));
}

/** True if all that stages touch goes along an axis in steps of one element, or not at all. */
export function isContiguous(stages: readonly Stage[], axis: Axis, tensors: Tensors): boolean {
  const motions = accessesIn(stages, tensors).map((access) => motion(access, axis));
  return motions.includes("contiguous") &&
    motions.every((each) => each === "contiguous" || each === "invariant");
}

/** With fewer turns, lanes do not pay. */
const LEAST_TURNS = 16;

/** True if an axis has turns enough for lanes. */
export function isLong({ extent }: Axis): boolean {
  return typeof extent !== "number" || extent >= LEAST_TURNS;
}

/** A sum whose terms lie side by side is added up in lanes; the order of a sum is the machine's. */
function sumsInLanes(stage: ReduceStage, tensors: Tensors): boolean {
  const last = stage.over.at(-1);
  return last !== undefined && stage.combine === "sum" && stage.type === "f32" && isLong(last) &&
    fitsLanes(stage.value) && isContiguous([stage], last, tensors);
}

function reduceLines(
  stage: ReduceStage,
  tensors: Tensors,
  writer: ExpressionWriter,
): readonly string[] {
  if (stage.combine === "argmax") return argmaxLines(stage, writer);
  const into = writer.ids.of("local", stage.into);
  const start = `${SCALAR_TYPE[stage.type]} ${into} = ${startOf(stage)};`;
  const turn = [accumulate(stage, into, writer)];
  if (!sumsInLanes(stage, tensors)) return [start, ...loops(stage.over, turn, writer)];
  const last = stage.over.slice(-1), outer = stage.over.slice(0, -1);
  const inner = [`${LANES} reduction(+ : ${into})`, ...loops(last, turn, writer)];
  return [start, ...loops(outer, inner, writer)];
}

function argmaxLines(stage: ReduceStage, writer: ExpressionWriter): readonly string[] {
  const into = writer.ids.of("local", stage.into);
  const most = writer.ids.of("local", `${stage.into} most`);
  const [axis] = stage.over;
  if (axis === undefined) throw new Error(`${stage.into} is the place along no axis`);
  const value = writer.ids.of("local", `${stage.into} value`);
  const type = SCALAR_TYPE[stage.value.type];
  return [
    `uint32_t ${into} = 0;`,
    `${type} ${most} = ${startOf(stage)};`,
    ...loops([axis], [
      `const ${type} ${value} = ${writer.scalar(stage.value).text};`,
      ...block(`if (${value} > ${most})`, [
        `${most} = ${value};`,
        `${into} = (uint32_t)${writer.axis(axis)};`,
      ]),
    ], writer),
  ];
}

/** `name = value` for a local of its own, or for a point of a strip. */
export function letLine(stage: LetStage, writer: ExpressionWriter): string {
  const value = writer.scalar(stage.value).text;
  const strip = writer.strips.get(stage.name);
  const line = strip === undefined
    ? `const ${SCALAR_TYPE[stage.value.type]} ${writer.ids.of("local", stage.name)} = ${value};`
    : `${strip} = ${value};`;
  return writer.mark(line, stage.provenance);
}

/** `tensor[index] = value`. */
export function storeLine(stage: StoreStage, writer: ExpressionWriter): string {
  const { tensor, index, value } = stage;
  const text = writer.scalar(value).text;
  const isHalf = writer.tensorOf(tensor).dtype === "f16";
  const line = `${writer.element(tensor, index)} = ${isHalf ? `(_Float16)(${text})` : text};`;
  return writer.mark(line, stage.provenance);
}

/** Stages at one point. */
export function stageLines(
  stages: readonly Stage[],
  tensors: Tensors,
  writer: ExpressionWriter,
): readonly string[] {
  return stages.flatMap((stage): readonly string[] => {
    switch (stage.kind) {
      case "reduce":
        return reduceLines(stage, tensors, writer);
      case "let":
        return [letLine(stage, writer)];
      case "store":
        return [storeLine(stage, writer)];
      case "loop": {
        const body = stageLines(stage.body, tensors, writer);
        const last = stage.over.at(-1);
        const fits = last !== undefined && isLong(last) &&
          stage.body.every(({ value }) => fitsLanes(value)) &&
          isContiguous(stage.body, last, tensors);
        if (!fits) return loops(stage.over, body, writer);
        return loops(
          stage.over.slice(0, -1),
          [LANES, ...loops([last], body, writer)],
          writer,
        );
      }
    }
  });
}
