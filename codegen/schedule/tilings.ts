/** The tilings that a contraction can have on a machine, and the choice among them. @module */
import { FOUR, isMultiple } from "../kernel/fours.ts";
import { blockOf, stagedElements, sumsDots, type Tiling } from "../kernel/tiling.ts";
import type { Contraction } from "./contraction.ts";
import { ESTIMATE } from "./cost.ts";
import { type Machine, MOST_TENSORS } from "./machines.ts";

/** A tiling before it is known what it covers exactly. */
type Draft = Omit<Tiling, "exact">;

/** The tilings of a contraction that a machine allows, cheapest first by estimate. */
export function tilingsFor(contraction: Contraction, machine: Machine): readonly Tiling[] {
  const drafts = machine.workgroups.flatMap((workgroup) =>
    tilesFor(contraction, machine, workgroup)
  );
  const estimate = ESTIMATE[machine.kind];
  return drafts.map((draft) => withEdges(draft, contraction))
    .filter((tiling) => fits(tiling, contraction, machine))
    .map((tiling) => ({ tiling, cost: estimate(contraction, tiling) }))
    .toSorted((a, b) => a.cost - b.cost)
    .map(({ tiling }) => tiling);
}

/**
 * The cheapest tiling of a contraction on a machine.
 *
 * @throws {Error} if the machine allows none.
 */
export function chooseTiling(contraction: Contraction, machine: Machine): Tiling {
  const [best] = tilingsFor(contraction, machine);
  if (best === undefined) throw new Error(`No tiling fits a ${machine.kind} machine`);
  return best;
}

function tilesFor(
  contraction: Contraction,
  machine: Machine,
  workgroup: Tiling["workgroup"],
): readonly Draft[] {
  const ways = machine.depths.length > 0
    ? stagedWays(contraction, machine)
    : directWays(contraction);
  return machine.sides.flatMap((rows) =>
    machine.sides.flatMap((columns) =>
      ways.map((way): Draft => ({
        tile: { rows, columns },
        workgroup,
        neighbours: workgroup.columns === 1 ? "m" : "n",
        order: "n",
        rolled: machine.rolls && rows > 1,
        ...way,
      }))
    )
  );
}

/** How operands are loaded and k is walked. */
type Way = Pick<Draft, "fours" | "unroll" | "staged" | "splits">;

const NOTHING_STAGED = { lhs: false, rhs: false, depth: 0 } as const;

/** Straight from memory, in fours along each axis that allows it, or one by one. */
function directWays(contraction: Contraction): readonly Way[] {
  const { fours } = contraction;
  return [...fours.lhs, undefined].flatMap((lhs) =>
    [...fours.rhs, undefined].flatMap((rhs) =>
      (lhs === "k" || rhs === "k" ? [FOUR] : turnsOf(contraction)).map((unroll): Way => ({
        fours: {
          ...(lhs === undefined ? {} : { lhs }),
          ...(rhs === undefined ? {} : { rhs }),
          results: fours.results,
        },
        unroll,
        staged: NOTHING_STAGED,
        splits: 1,
      }))
    )
  );
}

/** Most steps of a long sum that a turn spells out. */
const MOST_STEPS = 8;

/** A sum of so many steps is long. */
const LONG = 4096;

/**
 * Steps of k that a turn may take. A long sum, and one of several loops with short ones inside, has many turns:
 * fewer turns of more steps cost less, and a CPU that acts as a GPU leaves its loops after some 65 thousand
 * turns, finished or not.
 */
function turnsOf({ k: { extent }, sums, sizes }: Contraction): readonly number[] {
  if (sums.length === 0 && sizes.k < LONG) return [1];
  const counts = Array.from({ length: MOST_STEPS }, (_, i) => i + 1);
  return counts.filter((count) => isMultiple(extent, count));
}

/** Through a workgroup's memory, which is filled in fours where the operands allow it. */
function stagedWays(contraction: Contraction, machine: Machine): readonly Way[] {
  const { fours: { lhs: [lhs], rhs: [rhs], results } } = contraction;
  const fours = {
    ...(lhs === undefined ? {} : { lhs }),
    ...(rhs === undefined ? {} : { rhs }),
    results,
  };
  return machine.depths.flatMap((depth) =>
    splitsOf(contraction, machine).map((splits): Way => ({
      fours,
      unroll: 1,
      staged: { lhs: true, rhs: true, depth },
      splits,
    }))
  );
}

/** Numbers of parts that k can be cut into: equal ones of whole fours. */
function splitsOf(contraction: Contraction, machine: Machine): readonly number[] {
  const { k: { extent }, epilogueTensors } = contraction;
  // The kernel that adds the parts up uses them besides what the epilogue uses.
  if (typeof extent !== "number" || epilogueTensors >= MOST_TENSORS) return [1];
  const counts = Array.from({ length: machine.mostSplits }, (_, i) => i + 1);
  return counts.filter((splits) =>
    splits === 1 || (extent % (splits * FOUR) === 0 && extent / splits >= machine.leastPart)
  );
}

function withEdges(draft: Draft, { m, n, k }: Contraction): Tiling {
  const block = blockOf({ ...draft, exact: { m: false, n: false, k: false } });
  const turn = draft.splits * Math.max(draft.unroll, draft.staged.depth);
  return {
    ...draft,
    exact: {
      m: isMultiple(m.extent, block.rows),
      n: isMultiple(n.extent, block.columns),
      k: isMultiple(k.extent, turn),
    },
  };
}

function fits(tiling: Tiling, { fours, isSized }: Contraction, machine: Machine): boolean {
  const { tile, unroll, exact, staged } = tiling;
  const results = tile.rows * tile.columns;
  const rowsInFours = tiling.fours.lhs === "m" || staged.lhs;
  const columnsInFours = !sumsDots(tiling) || fours.results;
  const most = isSized ? machine.mostResults : machine.mostResultsUnsized;
  return results <= most && results * unroll <= machine.mostProducts &&
    stagedElements(tiling) <= machine.workgroupElements && (exact.k || unroll === 1) &&
    (!rowsInFours || tile.rows % FOUR === 0) && (!columnsInFours || tile.columns % FOUR === 0);
}
