import assert from "node:assert/strict";
import type { Stage } from "../stages.ts";
import { escaped } from "./coloured_code.ts";
import { stepViews } from "./rewriting_view.ts";

const painter = { lines: (text: string) => text.split("\n").map(escaped) };

const graph = (id: string, lines: readonly string[], more: Partial<Stage> = {}): Stage => ({
  id,
  title: "the graph as declared",
  language: "graph",
  text: lines.join("\n"),
  ...more,
});
const many = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => `t${from + i} = x`);
const fold = { name: "fold-across-tile", identity: "Σ x < y" };
const turn = { name: "turn", identity: "xᵀᵀ = x" };

Deno.test("the first step is a whole graph, each other what differs from the one before", () => {
  const [first, second, ...more] = stepViews("step", [
    graph("graph", [...many(20), "a < b"]),
    graph("rewrite-1", [...many(20), "a > b", "c"], {
      rules: [fold],
      multiplications: { before: 90e6, after: 9e6 },
    }),
  ], painter);
  assert.deepEqual(more, []);
  assert.equal(first?.title, "The graph as declared");
  assert.equal(first?.changes, "21 lines");
  assert.deepEqual(first?.parts.map(({ isFar, count }) => [isFar, count]), [[false, 21]]);
  assert.equal(second?.id, "step/rewriting/2");
  assert.equal(second?.title, "fold-across-tile");
  assert.equal(second?.changes, "2 lines added, 1 removed");
  assert.deepEqual(second?.saving, {
    before: "180 MFLOP",
    after: "18 MFLOP",
    words: "10 times fewer multiplications",
    left: 10,
  });
  assert.deepEqual(second?.parts.map(({ isFar, count }) => [isFar, count]), [[true, 17], [
    false,
    6,
  ]]);
  assert.deepEqual(
    second?.parts[1]?.lines.filter(({ kind }) => kind !== "same").map((
      { kind, html },
    ) => [kind, html]),
    [
      ["removed", "a &lt; b"],
      ["added", "a &gt; b"],
      ["added", "c"],
    ],
  );
});

Deno.test("rules that fired often are told once", () => {
  const [, step] = stepViews("p", [
    graph("graph", ["a"]),
    graph("rewrite-1", ["b"], { rules: [turn, fold, turn] }),
  ], painter);
  assert.equal(step?.title, "3 rules that only change the form");
  assert.equal(step?.saving, null);
  assert.deepEqual(step?.rules.map(({ name, times }) => [name, times]), [
    ["turn", "2 times"],
    ["fold-across-tile", null],
  ]);
});

Deno.test("what costs more is said to", () => {
  const [, step] = stepViews("p", [
    graph("graph", ["a"]),
    graph("rewrite-1", ["b"], { rules: [turn], multiplications: { before: 2e6, after: 6e6 } }),
  ], painter);
  assert.equal(step?.saving?.words, "3 times as many multiplications");
  assert.equal(step?.saving?.left, 100);
});

Deno.test("of very many lines that are alike only the number is kept", () => {
  const stages = Array.from({ length: 6 }, (_, i) => graph(`g${i}`, [...many(1000), `r${i}`]));
  const far = stepViews("p", stages, painter).flatMap(({ parts }) => parts)
    .filter(({ isFar }) => isFar);
  assert.deepEqual(far.map(({ count, lines }) => [count, lines.length]), Array(5).fill([997, 0]));
});
