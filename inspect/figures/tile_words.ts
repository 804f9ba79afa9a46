/** What happens at a step of a tile, in sentences. Runs in pages too. @module */
import {
  BLOCK,
  blockCount,
  copiedBlocks,
  extentOf,
  type Invocation,
  invocationCount,
  numberOf,
  ownRuns,
  type Run,
  type SideName,
  type TileFacts,
  type TileStep,
} from "./tile_walk.ts";

/** The name of a step. */
export function stepTitle(facts: TileFacts, step: TileStep): string {
  switch (step.kind) {
    case "place":
      return "Who owns what";
    case "copy":
      return `Copy ${facts[step.side].tensor}`;
    case "wait":
      return "Wait for all copies";
    case "add":
      return `Add the products of step ${step.at + 1} of ${facts.depth}`;
    case "turn":
      return "Wait, and take the next turn";
    case "finish":
      return "Store the sums";
  }
}

/** What all do at a step, and what one invocation does. */
export function stepWords(facts: TileFacts, step: TileStep, invocation: Invocation): string {
  const { rows, columns, sum, depth } = facts;
  const { row, column } = invocation;
  const sums = rows.count * columns.count;
  const mine = {
    rows: `${rows.axis} ${spans(ownRuns(rows, row))}`,
    columns: `${columns.axis} ${spans(ownRuns(columns, column))}`,
  };
  switch (step.kind) {
    case "place":
      return `A workgroup of ${invocationCount(facts)} invocations computes a tile of ${
        extentOf(rows)
      } ${rows.axis} by ${extentOf(columns)} ${columns.axis}${batchWords(facts)}. Invocation ${
        numberOf(facts, invocation)
      } keeps ${sums} sums of it in registers: those of ${mine.rows} and ${mine.columns}, counted from the tile's first.`;
    case "copy":
      return copyWords(facts, step.side, invocation);
    case "wait":
      return `At workgroupBarrier() each invocation waits until all have copied, for it is about to read what others wrote.`;
    case "add":
      return `At ${sum} ${step.at}, invocation ${
        numberOf(facts, invocation)
      } reads ${mine.rows} from ${rows.memory} and ${mine.columns} from ${columns.memory}, multiplies each by each and adds ${
        sums === 1 ? "the product to its sum" : `the ${sums} products to its sums`
      }: ${sums} multiply-adds for ${
        rows.count + columns.count
      } numbers read. The others do the same with theirs.`;
    case "turn":
      return `At the second workgroupBarrier() each waits until all have read, for the next ${depth} ${sum} are copied over these. So it goes on to the end of ${
        sumWords(facts)
      }.`;
    case "finish":
      return facts.splits > 1
        ? `Invocation ${
          numberOf(facts, invocation)
        } stores its ${sums} sums of one of ${facts.splits} parts of ${sum}; the next launch adds up the parts in order and stores ${
          facts.results.join(", ")
        }. Nothing is stored past the edge.`
        : `Invocation ${numberOf(facts, invocation)} finishes its ${sums} sums and stores ${
          facts.results.join(", ")
        } at ${mine.rows} and ${mine.columns}. Each result is stored once, by its owner; past the edge, nothing is.`;
  }
}

function copyWords(facts: TileFacts, name: SideName, invocation: Invocation): string {
  const side = facts[name];
  const blocks = copiedBlocks(facts, name, invocation);
  const told = blocks.map(({ place, step }) =>
    `${side.axis} ${place} to ${place + BLOCK - 1} at ${facts.sum} ${step} to ${step + BLOCK - 1}`
  );
  return `All invocations together copy ${
    extentOf(side)
  } ${side.axis} by ${facts.depth} ${facts.sum} of ${side.tensor}${side.index} to ${side.memory} in workgroup memory, in ${
    blockCount(facts, side)
  } squares of ${BLOCK} by ${BLOCK}. Invocation ${numberOf(facts, invocation)} copies ${
    told.length === 0 ? "none: there are fewer squares than invocations" : told.join("; and ")
  }.`;
}

function batchWords({ batch, splits }: TileFacts): string {
  return [
    ...(batch.length === 0 ? [] : [`, for one place of ${batch.join(", ")}`]),
    ...(splits === 1 ? [] : [`, over one of ${splits} parts of the sum`]),
  ].join("");
}

const sumWords = ({ sum, sums, splits }: TileFacts): string =>
  [
    splits === 1 ? sum : `this part of ${sum}`,
    ...(sums.length === 0 ? [] : [`for each place of ${sums.join(", ")}`]),
  ].join(", ");

/** Runs as numbers: "0 to 3 and 64 to 67". */
function spans(runs: readonly Run[]): string {
  return runs.map(({ from, count }) => count === 1 ? `${from}` : `${from} to ${from + count - 1}`)
    .join(" and ");
}
