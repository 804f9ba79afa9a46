import assert from "node:assert/strict";
import { inRounds } from "./rounds.ts";

Deno.test("everyone has a turn in each round, never two at once, in alternating order", async () => {
  const turns: string[] = [];
  let running = 0;
  const contestants = ["a", "b", "c"].map((id) => ({ id }));
  const outcomes = await inRounds(contestants, 3, async ({ id }, round) => {
    assert.equal(running++, 0);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
    turns.push(`${id}${round}`);
    return { ok: true, round };
  });
  assert.equal(turns.join(" "), "a1 b1 c1 c2 b2 a2 a3 b3 c3");
  assert.deepEqual(outcomes.get("b")?.map(({ round }) => round), [1, 2, 3]);
});

Deno.test("who fails takes no more turns", async () => {
  const outcomes = await inRounds(
    [{ id: "good" }, { id: "bad" }],
    3,
    ({ id }) => Promise.resolve({ ok: id === "good" }),
  );
  assert.equal(outcomes.get("good")?.length, 3);
  assert.deepEqual(outcomes.get("bad"), [{ ok: false }]);
});
