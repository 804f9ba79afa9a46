import assert from "node:assert/strict";
import { Curves } from "./curves.ts";

Deno.test("a test and a report of one step share a place, and what is no number is none", () => {
  const curves = new Curves();
  curves.add(10, { training: 2.5 });
  curves.add(20, { training: NaN });
  curves.add(20, { training: 1, test: 0.5 });
  curves.add(30, { test: Infinity });
  assert.deepEqual(curves.points, [[10, 20, 30], [2.5, 1, null], [null, 0.5, null]]);
  curves.add(30, { training: 3, test: 0.25 });
  curves.add(30, { training: 4 });
  assert.deepEqual(curves.points[1].at(-1), 3, "a report stays what it was");
  curves.clear();
  assert.deepEqual(curves.points, [[], [], []]);
});
