import assert from "node:assert/strict";
import type { ChildOutcome } from "./child.ts";
import { scalingCases, scalingPoint } from "./scaling_section.ts";

Deno.test("one size is varied at a time, and uses of the weight in both forms", () => {
  const cases = scalingCases(2, false);
  const valuesOf = (axis: string, form: string) =>
    cases.filter((each) => each.axis === axis && each.form === form).map(({ value }) => value);
  assert.deepEqual(valuesOf("tiles", "derived"), [1, 2, 5, 10, 20, 50]);
  assert.deepEqual(valuesOf("tiles", "as written"), [1, 2, 5, 10, 20, 50]);
  assert.deepEqual(valuesOf("threads", "derived"), [1, 2]);
  assert.deepEqual([valuesOf("batch", "derived").at(0), valuesOf("batch", "derived").at(-1)], [
    1,
    4096,
  ]);
  assert.ok(cases.every(({ axis, batch }) => axis === "batch" || batch === 100));
  assert.equal(new Set(cases.map(({ id }) => id)).size, cases.length);
  assert.ok(scalingCases(2, true).length < cases.length / 2);
});

Deno.test("a point holds times and the first loss, or what went wrong", () => {
  const [each] = scalingCases(1, false);
  assert.ok(each !== undefined);
  const chunk = (steps: number, milliseconds: number) =>
    ({ kind: "chunk", steps, milliseconds, loss: 2.3 }) as const;
  const chunks = [chunk(1, 50), chunk(10, 80), chunk(10, 40), chunk(10, 30)];
  const turn: ChildOutcome = { ok: true, messages: [{ kind: "work", megaFlop: 5 }, ...chunks] };
  const point = scalingPoint(each, [turn]);
  assert.deepEqual(point.milliseconds, { median: 3.5, minimum: 3, samples: 2 });
  assert.deepEqual([point.firstLoss, point.megaFlop, point.why], [2.3, 5, ""]);
  assert.equal(scalingPoint(each, [{ ok: true, messages: [] }]).why, "It told no times.");
  const failure = { ok: false, messages: [], why: "It broke." } as const;
  const failed = scalingPoint(each, [failure]);
  assert.ok(failed.why === "It broke." && failed.milliseconds === undefined);
});
