import assert from "node:assert/strict";
import { dim, type Extent, product, showExtent } from "./dim.ts";
import { isAtMost, minus, plus } from "./extents.ts";

const K = dim("K"), n = dim("n");
const twice = product([2, K]), wide = product([n, K]), turned = product([3, K, n]);
const show = (extent: Extent | undefined) => extent === undefined ? "none" : showExtent(extent);

Deno.test("multiples of the same dims add up, and everything adds up with 0", () => {
  assert.equal(show(plus(K, K)), "2·K");
  assert.equal(show(plus(twice, K)), "3·K");
  assert.equal(show(plus(wide, turned)), "4·n·K");
  assert.equal(show(plus(0, wide)), "n·K");
  assert.equal(show(plus(K, 0)), "K");
  assert.equal(plus(2, 3), 5);
  for (const [a, b] of [[K, 1], [K, n], [wide, K]] as const) assert.equal(plus(a, b), undefined);
});

Deno.test("a difference is known where it is surely not negative", () => {
  assert.equal(show(minus(twice, K)), "K");
  assert.equal(minus(K, K), 0);
  assert.equal(minus(5, 3), 2);
  assert.equal(show(minus(wide, 0)), "n·K");
  for (const [a, b] of [[K, twice], [3, 5], [wide, K], [K, 1], [0, K]] as const) {
    assert.equal(minus(a, b), undefined);
  }
});

Deno.test("what is at most something is so for all sizes of dims", () => {
  assert.ok(isAtMost(K, twice) && isAtMost(K, K) && isAtMost(0, K) && isAtMost(2, 3));
  // A dim may be 0.
  assert.ok(!isAtMost(1, K) && !isAtMost(K, wide) && !isAtMost(twice, K));
});
