import assert from "node:assert/strict";
import type { ChildOutcome } from "./child.ts";
import { stepContestants, turnOf } from "./step_contestants.ts";
import { stepRows, timesOf } from "./step_section.ts";

const contestants = stepContestants(2).filter(({ id }) => /^numpy-\d-as-written/.test(id));

/** A turn of three chunks after the first step, each step of which takes so long. */
function turn(milliseconds: number, loss = 1): ChildOutcome {
  const chunk = (steps: number, each: number, loss: number) =>
    ({ kind: "chunk", steps, milliseconds: steps * each, loss }) as const;
  return {
    ok: true,
    messages: [
      chunk(1, 100, 2.3),
      chunk(20, 2 * milliseconds, loss),
      chunk(20, milliseconds, loss / 2),
      chunk(20, milliseconds, loss / 4),
      { kind: "end", peakMiB: 10 * milliseconds },
    ],
  };
}

Deno.test("a contestant for every engine, device, number of threads and form has a name of its own", () => {
  const ids = stepContestants(2).map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (
    const id of [
      "tilewright-wasm-2-derived-shared",
      "tilewright-wasm-2-derived-sparse-shared",
      "tilewright-wasm-2-as-written-shared",
      "tilewright-webgpu-derived-shared",
      "jax-js-webgpu-folded-by-hand-shared",
      "pytorch-1-ordinary-original",
    ]
  ) assert.ok(ids.includes(id), id);
  assert.ok(!ids.includes("tilewright-wasm-1-as-written-shared"));
  assert.equal(stepContestants(1).filter(({ engine }) => engine === "NumPy").length, 3);
});

Deno.test("turns end where losses can be compared", () => {
  for (const pace of ["fast", "medium", "slow"] as const) {
    const { chunks, chunk } = turnOf(pace, 200);
    assert.equal(chunks * chunk % 20, 0, pace);
  }
  assert.equal(turnOf("medium", 20).chunks, 1);
});

Deno.test("the first step and the chunk in which an engine warms up are not counted", () => {
  const chunk = { kind: "chunk", steps: 10, loss: 1 } as const;
  const times = [99, 70, 50, 40].map((milliseconds) => ({ ...chunk, milliseconds }));
  assert.deepEqual(timesOf(times), [5, 4]);
  assert.deepEqual(timesOf(times.slice(0, 3)), [7, 5]);
});

Deno.test("rows hold medians and minima over turns, and the most memory of any", () => {
  const [one, two] = contestants;
  assert.ok(one !== undefined && two !== undefined);
  const rows = stepRows(
    contestants,
    new Map([[one.id, [turn(4), turn(6), turn(5)]], [two.id, [turn(3), turn(3), turn(3)]]]),
  );
  const [row] = rows;
  assert.deepEqual(row?.measured, {
    milliseconds: { median: 5, minimum: 4, samples: 6 },
    firstMilliseconds: 100,
    peakMiB: 60,
    firstLoss: 2.3,
    lastLoss: 0.25,
    steps: 61,
  });
  assert.deepEqual(rows.map(({ counts, why }) => [counts, why]), [[true, ""], [true, ""]]);
});

Deno.test("who fails or learns otherwise than the others does not count, and the row says why", () => {
  const [one, two] = contestants;
  assert.ok(one !== undefined && two !== undefined);
  const third = { ...two, id: "third" };
  const fourth = { ...two, id: "fourth" };
  const failure = { ok: false, messages: [], why: "It broke." } as const;
  const rows = stepRows(
    [one, two, third, fourth],
    new Map<string, readonly ChildOutcome[]>([
      [one.id, [turn(4)]],
      [two.id, [turn(4), failure]],
      ["third", [turn(4, 2)]],
      ["fourth", [turn(4)]],
    ]),
  );
  assert.deepEqual(rows.map(({ counts }) => counts), [true, false, false, true]);
  assert.equal(rows[1]?.why, "It broke.");
  assert.match(rows[2]?.why ?? "", /^Its mean loss ends at 0\.5000/);
});
