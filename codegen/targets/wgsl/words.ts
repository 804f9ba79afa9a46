/** Tilings in words, for the heads of texts. @module */
import type { Schedule } from "../../kernel/kernel.ts";
import { blockOf, stagedElements, type Tiling } from "../../kernel/tiling.ts";

type Axes = Pick<Extract<Schedule, { frame: "contract" }>, "m" | "n" | "k">;

const WIDTH = 96;
const ELEMENT_BYTES = 4;

/** What a tiling does and why, as lines of a comment. */
export function tilingWords(axes: Axes, tiling: Tiling): readonly string[] {
  const { tile, workgroup, neighbours, fours, staged, exact } = tiling;
  const [m, n, k] = [axes.m.name, axes.n.name, axes.k.name];
  const along = neighbours === "n" ? n : m;
  const invocations = workgroup.rows * workgroup.columns;
  const block = blockOf(tiling);
  const sentences = [
    `Each invocation sums ${tile.rows} x ${tile.columns} results in registers, so that each load ` +
    `serves several; the ${invocations} of a workgroup, side by side along ${along}, sum ` +
    `${block.rows} of ${m} by ${block.columns} of ${n}.`,
    ...stagingWords(k, tiling),
    ...foursWords([m, n, k], fours, staged.depth > 0),
    ...edgeWords([m, n], exact),
  ];
  return wrapped(sentences.join(" "));
}

function stagingWords(k: string, tiling: Tiling): readonly string[] {
  const { staged } = tiling;
  if (staged.depth === 0) {
    return ["Operands come straight from memory: there is no faster one to share."];
  }
  const bytes = ELEMENT_BYTES * stagedElements(tiling);
  return [
    `They share what they load, ${staged.depth} of ${k} at a time, in ${bytes} bytes of workgroup ` +
    `memory.`,
  ];
}

function foursWords(
  [m, n, k]: readonly string[],
  fours: Tiling["fours"],
  staged: boolean,
): readonly string[] {
  const axis = { m, n, k };
  const words = [
    ...(fours.lhs === undefined ? [] : [`the left operand along ${axis[fours.lhs]}`]),
    ...(fours.rhs === undefined ? [] : [`the right one along ${axis[fours.rhs]}`]),
    ...(fours.results ? [`results along ${n}`] : []),
  ];
  const turned = staged && (fours.lhs === "k" || fours.rhs === "k");
  if (words.length === 0) return [];
  return [
    `Memory is taken in fours: ${listed(words)}${
      turned ? `; what comes along ${k} is turned on its way` : ""
    }.`,
  ];
}

function edgeWords([m, n]: readonly string[], exact: Tiling["exact"]): readonly string[] {
  const open = [...(exact.m ? [] : [m]), ...(exact.n ? [] : [n])];
  return open.length === 0 ? [] : [
    `Past the last of ${listed(open.map(String))}, the last is loaded again and nothing is stored.`,
  ];
}

function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

/** Words in lines that fit beside the mark of a comment. */
export function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
