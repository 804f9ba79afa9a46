/**
 * Pictures and tables of what was compiled, as HTML and SVG.
 *
 * @module
 */
import type { Compilation } from "../../codegen/pipeline.ts";
import type { Kernel, Program } from "../../codegen/kernel/kernel.ts";
import { type CostView, costView } from "./cost_view.ts";
import {
  type MemoryPicture,
  memoryPicture,
  memorySummary,
  type TensorRow,
  tensorRows,
} from "./memory_figure.ts";
import { memoryView } from "./memory_view.ts";
import { tileFacts } from "./tile_facts.ts";
import { tilePicture } from "./tile_picture.ts";
import { type Invocation, type TileFacts, type TileStep, tileSteps } from "./tile_walk.ts";
import { stepTitle, stepWords } from "./tile_words.ts";
import { compiled } from "../templates.ts";
import cost from "./templates/cost.hbs" with { type: "text" };
import memory from "./templates/memory.hbs" with { type: "text" };
import picture from "./templates/memory_picture.hbs" with { type: "text" };
import tile from "./templates/tile.hbs" with { type: "text" };
import memoryStyle from "./memory_picture.css" with { type: "text" };
import tileStyle from "./tile_picture.css" with { type: "text" };

/** Rules for pages with figures. */
export const figuresStyle: string = `${memoryStyle}\n${tileStyle}`;

const COST = compiled<CostView>(cost);
const PICTURE = compiled<MemoryPicture>(picture);
const MEMORY = compiled<{
  readonly heading: string;
  readonly summary: string;
  readonly picture: string;
  readonly tensors: readonly TensorRow[];
}>(memory);

const TILE = compiled<{
  readonly facts: string;
  readonly picture: string;
  readonly steps: readonly { readonly title: string; readonly words: string }[];
}>(tile);

/** The invocation that a picture follows until another is chosen: one that is not in a corner. */
const FOLLOWED = { row: 1, column: 2 } as const;

/** What the calls of a program cost, as a table; nothing if a dim has no typical size. */
export function costFigure(compilation: Compilation, program: string): string | undefined {
  const view = costView(programOf(compilation, program), compilation.declaration.typical);
  return view === undefined ? undefined : COST(view);
}

/** A program's memory over time: a picture, and the same as a table. */
export function memoryFigure(compilation: Compilation, program: string): string {
  const view = viewOf(compilation, program);
  return MEMORY({
    heading: "Who is where in memory, call by call",
    summary: memorySummary(view),
    picture: PICTURE(memoryPicture(view)),
    tensors: tensorRows(view.rows),
  });
}

/** How a workgroup of a GPU computes one tile of a contraction, to be stepped through; nothing for others. */
export function tileFigure(kernel: Kernel): string | undefined {
  const facts = tileFacts(kernel);
  if (facts === undefined) return undefined;
  const invocation = followedIn(facts);
  const shown = { kind: "add", at: 0 } as const;
  return TILE({
    facts: JSON.stringify({ facts, invocation }),
    picture: tilePicture(facts, shown, invocation, stepWords(facts, shown, invocation)),
    steps: tileSteps(facts).map((step) => ({
      title: stepTitle(facts, step),
      words: stepWords(facts, step, invocation),
    })),
  });
}

/** The picture of one step of a tile as a file of its own, light or dark as its reader's screen is. */
export function tileSvg(kernel: Kernel, step: TileStep, invocation: Invocation): string {
  const facts = tileFacts(kernel);
  if (facts === undefined) throw new Error(`${kernel.name} has no tile`);
  const svg = tilePicture(facts, step, invocation, stepWords(facts, step, invocation));
  const style = `<style>\nsvg { color-scheme: light dark; }\n${tileStyle}</style>`;
  return `${svg.replace(">", () => `>\n${style}`)}\n`;
}

function followedIn({ rows, columns }: TileFacts) {
  return {
    row: Math.min(FOLLOWED.row, rows.invocations - 1),
    column: Math.min(FOLLOWED.column, columns.invocations - 1),
  };
}

function viewOf(compilation: Compilation, program: string) {
  const { module, declaration } = compilation;
  return memoryView(module, programOf(compilation, program), declaration.typical);
}

function programOf({ stages }: Compilation, name: string): Program {
  const found = stages.find(({ program }) => program.name === name);
  if (found === undefined) throw new Error(`There is no program ${name}`);
  return found.program;
}
