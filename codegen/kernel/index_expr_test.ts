import assert from "node:assert/strict";
import fc from "fast-check";
import { dim, evaluateExtent, type Extent, times } from "../../dsl/dim.ts";
import {
  add,
  affine,
  type Axis,
  axisIndex,
  dependsOnAxis,
  div,
  evaluateIndex,
  flatten,
  type IndexExpr,
  mod,
  mul,
  replaceAxes,
  showIndex,
  unflatten,
  upperBound,
  ZERO,
} from "./index_expr.ts";

const SEED = { seed: 3 };
const K = dim("K"), n = dim("n"), M = dim("M");
const axis = (name: string, extent: Extent): Axis => ({ name, extent });
const k = axisIndex(axis("k", K)), g = axisIndex(axis("g", n)), m = axisIndex(axis("m", M));
const show = (indices: readonly IndexExpr[]) => indices.map(showIndex).join(", ");

Deno.test("quotient and remainder by the inner extent take a split index apart", () => {
  const wide = add(mul(g, K), k);
  assert.equal(showIndex(wide), "g·K + k");
  assert.equal(showIndex(mod(wide, K)), "k");
  assert.equal(showIndex(div(wide, K)), "g");
  // Nothing is known about g·K + k by n.
  assert.equal(showIndex(mod(wide, n)), "(g·K + k) mod n");
  assert.equal(showIndex(div(wide, n)), "(g·K + k) div n");
});

Deno.test("an index within its bound is its own remainder", () => {
  const wide = axisIndex(axis("i", times(n, K)));
  assert.equal(showIndex(mod(wide, times(K, n))), "i");
  assert.equal(showIndex(mod(k, times(n, K))), "k");
  assert.equal(showIndex(div(k, times(n, K))), "0");
  assert.equal(showIndex(mod(wide, K)), "i mod K");
  assert.equal(showIndex(mod(mod(wide, K), K)), "i mod K");
});

Deno.test("loops of one turn and factors of one vanish", () => {
  assert.equal(axisIndex(axis("once", 1)), ZERO);
  assert.equal(showIndex(mul(k, 1)), "k");
  assert.equal(showIndex(add(ZERO, k)), "k");
  assert.equal(showIndex(div(k, 1)), "k");
  assert.equal(mod(k, 1), ZERO);
  assert.equal(mul(ZERO, K), ZERO);
});

Deno.test("multiples move out of quotients and remainders, and divisions in a row are one", () => {
  const i = axisIndex(axis("i", times(n, K)));
  assert.equal(showIndex(div(add(mul(g, times(2, K)), i), K)), "g·2 + i div K");
  assert.equal(showIndex(mod(add(mul(g, times(2, K)), i), K)), "i mod K");
  assert.equal(showIndex(div(div(i, 2), 3)), "i div 6");
  assert.equal(showIndex(mul(mul(g, 2), K)), "g·2·K");
  assert.equal(showIndex(mul(add(g, k), 2)), "g·2 + k·2");
});

Deno.test("unflatten is the inverse of flatten", () => {
  const shape = [M, n, K];
  const position = flatten([m, g, k], shape);
  assert.equal(showIndex(position), "m·n·K + g·K + k");
  assert.equal(show(unflatten(position, shape)), "m, g, k");
  assert.equal(show(unflatten(position, [M, times(n, K)])), "m, g·K + k");
  assert.equal(show(unflatten(flatten([k, ZERO], [K, 1]), [1, K])), "0, k");
});

Deno.test("a reshape that cannot be simplified divides and takes remainders", () => {
  const position = flatten([k, g], [K, n]);
  assert.equal(show(unflatten(position, [n, K])), "(k·n + g) div K, (k·n + g) mod K");
});

Deno.test("the index of a tile along its axis is the remainder by the source's extent", () => {
  const column = axisIndex(axis("c", times(n, K)));
  assert.equal(showIndex(mod(column, K)), "c mod K");
  assert.equal(showIndex(replaceAxes(mod(column, K), () => add(mul(g, K), k))), "k");
});

Deno.test("bounds are known for loops and what is built from them", () => {
  assert.deepEqual(upperBound(k), K);
  assert.deepEqual(upperBound(add(mul(g, K), k)), { name: "n·K" });
  assert.equal(upperBound(add(mul(k, n), m)), undefined);
  assert.equal(upperBound({ kind: "extent", extent: 7 }), 8);
  const three = axisIndex(axis("i", 3)), four = axisIndex(axis("j", 4));
  assert.equal(upperBound(add(three, four)), 6);
  assert.equal(upperBound(add(mul(three, 4), four)), 12);
});

Deno.test("an affine index tells the stride of each axis", () => {
  const strides = (index: IndexExpr) => [...affine(index)?.strides ?? []];
  assert.deepEqual(strides(add(mul(g, K), k)), [["g", K], ["k", 1]]);
  assert.deepEqual(strides(ZERO), []);
  assert.equal(affine(mod(axisIndex(axis("i", times(n, K))), K)), undefined);
  assert.equal(affine(add(k, k)), undefined);
  assert.equal(affine(add(k, { kind: "extent", extent: 3 })), undefined);
});

Deno.test("an index depends on the axes that occur in it", () => {
  const index = div(add(mul(g, n), m), K);
  assert.ok(dependsOnAxis(index, new Set(["m", "other"])));
  assert.ok(!dependsOnAxis(index, new Set(["k"])));
});

/** What an index is meant to be, next to the index that the constructors made of it. */
interface Twin {
  readonly index: IndexExpr;
  readonly meaning: (point: Point) => number;
}
type Point = Readonly<Record<string, number>>;

const SIZES = ["K", "M", "n"] as const;
const sizes = fc.record({
  K: fc.integer({ min: 1, max: 4 }),
  M: fc.integer({ min: 1, max: 4 }),
  n: fc.integer({ min: 1, max: 4 }),
});
type Sizes = Readonly<Record<typeof SIZES[number], number>>;

const extents: fc.Arbitrary<Extent> = fc.constantFrom<Extent>(
  1,
  2,
  3,
  6,
  K,
  n,
  M,
  times(n, K),
  times(2, K),
);

/** Expressions over the axes m, g and k, with the same arithmetic on plain integers beside them. */
const twins: fc.Arbitrary<(given: Sizes) => Twin> = fc.letrec<{
  tree: (given: Sizes) => Twin;
  leaf: (given: Sizes) => Twin;
  sum: (given: Sizes) => Twin;
  scaled: (given: Sizes) => Twin;
}>((tie) => ({
  tree: fc.oneof({ maxDepth: 4, depthSize: "medium" }, tie("leaf"), tie("sum"), tie("scaled")),
  leaf: fc.constantFrom<[string, IndexExpr]>(["m", m], ["g", g], ["k", k]).map(
    ([name, index]) => () => ({ index, meaning: (point: Point) => point[name] ?? NaN }),
  ),
  sum: fc.tuple(tie("tree"), tie("tree")).map(([a, b]) => (given: Sizes) => {
    const [left, right] = [a(given), b(given)];
    return {
      index: add(left.index, right.index),
      meaning: (point: Point) => left.meaning(point) + right.meaning(point),
    };
  }),
  scaled: fc.tuple(fc.constantFrom("mul", "div", "mod"), tie("tree"), extents).map(
    ([op, tree, extent]) => (given: Sizes) => {
      const { index, meaning } = tree(given);
      const by = evaluateExtent(extent, given);
      const build = { mul, div, mod }[op] ?? mul;
      const apply = (value: number) =>
        op === "mul" ? value * by : op === "div" ? Math.floor(value / by) : value % by;
      return { index: build(index, extent), meaning: (point: Point) => apply(meaning(point)) };
    },
  ),
})).tree;

/** Every point of the loops m, g and k. */
function points(given: Sizes): Point[] {
  const list: Point[] = [];
  for (let a = 0; a < given.M; a++) {
    for (let b = 0; b < given.n; b++) {
      for (let c = 0; c < given.K; c++) list.push({ m: a, g: b, k: c });
    }
  }
  return list;
}

Deno.test("simplified indices agree with plain integer arithmetic at every point", () => {
  fc.assert(
    fc.property(twins, sizes, (twin, given) => {
      const { index, meaning } = twin(given);
      const extent = (each: Extent) => evaluateExtent(each, given);
      const bound = upperBound(index);
      for (const point of points(given)) {
        const value = evaluateIndex(index, new Map(Object.entries(point)), extent);
        assert.equal(value, meaning(point), showIndex(index));
        if (bound !== undefined) assert.ok(value < extent(bound), showIndex(index));
      }
    }),
    { ...SEED, numRuns: 2000 },
  );
});

Deno.test("unflattening in any shape of the same size agrees with plain integer arithmetic", () => {
  const shapes = fc.shuffledSubarray<Extent>([M, n, K], { minLength: 3 });
  const targets = shapes.chain(([a = 1, b = 1, c = 1]) =>
    fc.constantFrom<readonly Extent[]>(
      [a, b, c],
      [times(a, b), c],
      [a, times(b, c)],
      [a, 1, b, c],
      [times(times(a, b), c)],
    )
  );
  fc.assert(
    fc.property(targets, sizes, (target, given) => {
      const extent = (each: Extent) => evaluateExtent(each, given);
      const position = flatten([m, g, k], [M, n, K]);
      const indices = unflatten(position, target);
      for (const point of points(given)) {
        const axes = new Map(Object.entries(point));
        const at = evaluateIndex(position, axes, extent);
        let rest = at;
        for (let i = target.length - 1; i >= 0; i--) {
          const size = extent(target[i] ?? 1);
          const wanted = i === 0 ? rest : rest % size;
          assert.equal(evaluateIndex(indices[i] ?? ZERO, axes, extent), wanted);
          rest = Math.floor(rest / size);
        }
      }
    }),
    { ...SEED, numRuns: 300 },
  );
});
