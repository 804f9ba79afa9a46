import assert from "node:assert/strict";
import { judgeLosses, type LossCurve } from "./loss_check.ts";

/** A curve of a first step and then chunks of `size` steps, each as low as `loss` says. */
function curve(
  id: string,
  steps: number,
  size: number,
  loss = (step: number) => 2.3 / step ** 0.5,
): LossCurve {
  const chunks = [{ steps: 1, loss: loss(1) }];
  for (let from = 2; from <= steps; from += size) {
    const losses = Array.from({ length: size }, (_, i) => loss(from + i));
    chunks.push({ steps: size, loss: losses.reduce((sum, each) => sum + each, 0) / size });
  }
  return { id, chunks };
}

const others = [curve("a", 201, 20), curve("b", 201, 20), curve("c", 201, 20)];
const judged = (...curves: readonly LossCurve[]) => judgeLosses([...others, ...curves]);

Deno.test("contestants that train alike are right", () => {
  const verdicts = [...judged(curve("d", 201, 10, (step) => 2.31 / step ** 0.5)).values()];
  assert.deepEqual(verdicts.map(({ right, why, steps }) => [right, why, steps]), [
    [true, "", 201],
    [true, "", 201],
    [true, "", 201],
    [true, "", 201],
  ]);
});

Deno.test("fewer steps are compared with the same steps of the others", () => {
  const slow = curve("slow", 21, 5);
  const verdict = judged(slow).get("slow");
  assert.equal(verdict?.right, true);
  assert.ok(Math.abs((verdict?.last ?? 0) - (others[0]?.chunks[1]?.loss ?? 0)) < 1e-12);
  const wrong = judged(curve("slow", 21, 5, (step) => 2.3 / step ** 0.7)).get("slow");
  assert.match(
    wrong?.why ?? "",
    /^Its mean loss ends at .*, more than 5 % from the median of all, /,
  );
});

Deno.test("a loss that starts elsewhere, does not fall, or is no number is wrong", () => {
  const whyOf = (loss: (step: number) => number) => {
    const verdict = judged(curve("d", 201, 20, loss)).get("d");
    assert.equal(verdict?.right, false);
    return verdict?.why ?? "";
  };
  assert.match(
    whyOf((step) => 1 / step),
    /^Its loss starts at 1\.000, not within 0\.4 of 2\.30\.$/,
  );
  assert.match(
    whyOf((step) => 2.299 + step / 1000),
    /^Its loss does not fall: 2\.300 at first, 2\.49\d at last\.$/,
  );
  assert.match(whyOf(() => NaN), /^Its loss starts at NaN/);
  assert.match(
    whyOf((step) => 2.35 / step ** 0.5),
    /^Its loss starts at 2\.3500, more than 1 % from the median of all, 2\.3000\.$/,
  );
  assert.match(whyOf((step) => step === 1 ? 2.3 : NaN), /^Its loss does not fall/);
});

Deno.test("a contestant that broke off within the judged steps is wrong", () => {
  const [first, ...rest] = curve("d", 21, 5).chunks;
  assert.ok(first !== undefined);
  const verdict = judged({ id: "d", chunks: [first, ...rest.slice(0, 2)] }).get("d");
  assert.equal(verdict?.right, false);
  assert.equal(judged({ id: "d", chunks: [] }).get("d")?.right, false);
});
