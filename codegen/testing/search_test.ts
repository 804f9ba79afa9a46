import assert from "node:assert/strict";
import { describeFinding, search } from "./search.ts";
import { layerOf, type Sketch } from "./sketch.ts";
import { specText } from "./spec_text.ts";

/** Something is wrong with programs that end with two waves. */
const twoWaves = (sketch: Sketch): string | undefined => {
  const text = specText(layerOf(sketch));
  return /t\.sin\(/.test(text) && /t\.cos\(/.test(text) ? "two waves" : undefined;
};

Deno.test("what is found has no step too many, and its path leads to it at once", async () => {
  const options = { count: 1000, seed: 5 };
  const finding = await search(twoWaves, options);
  assert.ok(finding);
  assert.deepEqual(finding.sketch.steps.map((step) => step.make).toSorted(), ["cos", "sin"]);
  let tried = 0;
  const again = await search((sketch) => {
    tried++;
    return twoWaves(sketch);
  }, { ...options, path: finding.path });
  assert.deepEqual(again?.sketch, finding.sketch);
  assert.ok(tried < 100, `${tried}`);
  assert.match(
    describeFinding(finding, "--kind layer"),
    new RegExp(`^two waves\\n[^]*deno task fuzz --seed 5 --path ${finding.path} --kind layer$`),
  );
});

Deno.test("an error is a finding, and nothing found is none", async () => {
  const finding = await search(() => {
    throw new RangeError("too far");
  }, { count: 10, seed: 1 });
  assert.match(finding?.difference ?? "", /^RangeError: too far/);
  assert.equal(finding?.sketch.steps.length, 0);
  assert.equal(await search(() => undefined, { count: 10, seed: 1 }), undefined);
});
