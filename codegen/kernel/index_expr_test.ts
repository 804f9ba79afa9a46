import assert from "node:assert/strict";
import fc from "fast-check";
import { dim, evaluateExtent, type Extent, product, times } from "../../dsl/dim.ts";
import { evaluateIndex } from "./evaluate_index.ts";
import {
  add,
  affine,
  axesOf,
  type Axis,
  axisIndex,
  dependsOnAxis,
  div,
  flatten,
  type IndexExpr,
  indexOf,
  mapValues,
  mod,
  mul,
  replaceAxes,
  unflatten,
  upperBound,
  ZERO,
} from "./index_expr.ts";
import type { Scalar } from "./kernel.ts";
import { showIndex } from "./print_scalar.ts";

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

Deno.test("a quotient by a multiple of the inner extent needs the outer index only", () => {
  const [i, j] = [axisIndex(axis("i", 14)), axisIndex(axis("j", 28))];
  const wide = add(mul(i, 28), j);
  assert.equal(showIndex(div(wide, 56)), "i div 2");
  assert.equal(showIndex(mod(wide, 56)), "(i mod 2)·28 + j");
  assert.equal(showIndex(div(add(mul(j, 2), mod(i, 2)), 4)), "j div 2");
  assert.equal(showIndex(div(add(mul(g, K), k), times(2, K))), "g div 2");
  // The inner part reaches beyond one step of the outer one.
  assert.equal(showIndex(div(add(mul(i, 14), j), 28)), "(i·14 + j) div 28");
  for (let a = 0; a < 14; a++) {
    for (let b = 0; b < 28; b++) {
      const at = new Map([["i", a], ["j", b]]);
      const number = (extent: Extent) => typeof extent === "number" ? extent : NaN;
      assert.equal(evaluateIndex(div(wide, 56), at, number), Math.floor((28 * a + b) / 56));
      assert.equal(evaluateIndex(mod(wide, 56), at, number), (28 * a + b) % 56);
    }
  }
});

Deno.test("a quotient and a remainder of any one index are put together again", () => {
  const least = indexOf({
    kind: "apply",
    op: "minimum",
    type: "u32",
    args: [{ kind: "index", type: "u32", index: k }, { kind: "constant", type: "u32", value: 13 }],
  });
  assert.equal(add(mul(div(least, 2), 2), mod(least, 2)), least);
  assert.equal(showIndex(add(mul(div(least, 2), 2), mod(k, 2))), "(min(k, 13) div 2)·2 + k mod 2");
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

Deno.test("an index in steps that divide an extent is divided by steps", () => {
  const wide = add(mul(g, K), k);
  assert.equal(showIndex(div(wide, times(M, K))), "g div M");
  assert.equal(showIndex(mod(wide, times(M, K))), "(g mod M)·K + k");
  // Merged axes are the same place in memory as the axes that they are made of.
  const i = axisIndex(axis("i", times(M, n)));
  const parts = unflatten(add(mul(i, K), k), [M, n, K]);
  assert.equal(show(parts), "i div n, i mod n, k");
  assert.equal(showIndex(flatten(parts, [M, n, K])), "k + i·K");
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

Deno.test("the last of a loop's steps is known, and what a smallest value is at most", () => {
  const i = axisIndex(axis("i", 13)), j = axisIndex(axis("j", 3));
  assert.equal(upperBound(mul(i, 2)), 25);
  assert.equal(upperBound(add(mul(i, 2), j)), 27);
  assert.deepEqual(upperBound(add(mul(g, 3), j)), { name: "3·n" });
  assert.equal(upperBound(add(mul(g, 2), j)), undefined);
  assert.deepEqual(upperBound(add(k, { kind: "extent", extent: K })), { name: "2·K" });
  assert.equal(upperBound(add(k, { kind: "extent", extent: 1 })), undefined);
  const whole = (value: number): Scalar => ({ kind: "constant", type: "u32", value });
  const least = (right: Scalar): IndexExpr =>
    indexOf({
      kind: "apply",
      type: "u32",
      op: "minimum",
      args: [{ kind: "local", type: "u32", name: "a" }, right],
    });
  const extent: Scalar = { kind: "index", type: "u32", index: { kind: "extent", extent: K } };
  assert.equal(upperBound(least(whole(6))), 7);
  assert.equal(
    upperBound(least({ kind: "apply", type: "u32", op: "sub", args: [extent, whole(1)] })),
    K,
  );
  assert.equal(
    upperBound(least({ kind: "apply", type: "u32", op: "sub", args: [extent, whole(2)] })),
    undefined,
  );
  assert.equal(
    show([div(add(mul(g, 7), least(whole(6))), 7), mod(least(whole(6)), 7)]),
    "g, min(a, 6)",
  );
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
  const moved = affine(add(mul(k, 2), { kind: "extent", extent: 3 }));
  assert.deepEqual([[...moved?.strides ?? []], moved?.offsets], [[["k", 2]], [3]]);
});

Deno.test("what was taken apart by division is put together again", () => {
  const e = axisIndex(axis("e", product([M, n, K])));
  for (const shape of [[M, times(n, K)], [times(M, n), K], [M, n, K]]) {
    const parts = unflatten(e, shape);
    assert.ok(parts.some((part) => part.kind !== "axis"));
    assert.equal(showIndex(flatten(parts, shape)), "e");
    assert.equal(showIndex(flatten([g, ...parts], [n, ...shape])), "g·M·n·K + e");
  }
  // A window's place along one axis, and all of the next.
  const place = [add(g, div(e, K)), mod(e, K)];
  assert.equal(showIndex(flatten(place, [times(M, n), K])), "g·K + e");
  // Parts of different loops stay apart.
  const other = axisIndex(axis("f", times(n, K)));
  assert.equal(
    showIndex(flatten([div(e, K), mod(other, K)], [times(M, n), K])),
    "(e div K)·K + f mod K",
  );
  assert.equal(showIndex(add(mul(div(e, K), n), mod(e, K))), "(e div K)·n + e mod K");
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

/** An index that data decide, and those data. */
const DATA = indexOf({ kind: "load", type: "u32", tensor: "t", index: [m, k] });
const dataAt = (point: Point): number => 7 * (point.m ?? NaN) + 3 * (point.k ?? NaN);

/** Expressions over the axes m, g and k and over data, with the same arithmetic on plain integers beside them. */
const twins: fc.Arbitrary<(given: Sizes) => Twin> = fc.letrec<{
  tree: (given: Sizes) => Twin;
  leaf: (given: Sizes) => Twin;
  sum: (given: Sizes) => Twin;
  scaled: (given: Sizes) => Twin;
}>((tie) => ({
  tree: fc.oneof({ maxDepth: 4, depthSize: "medium" }, tie("leaf"), tie("sum"), tie("scaled")),
  leaf: fc.constantFrom<[string, IndexExpr]>(["m", m], ["g", g], ["k", k], ["data", DATA]).map(
    ([name, index]) => () => ({
      index,
      meaning: (point: Point) => name === "data" ? dataAt(point) : point[name] ?? NaN,
    }),
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
        const axes = new Map(Object.entries(point));
        const value = evaluateIndex(index, axes, extent, () => dataAt(point));
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

Deno.test("of an index that data decide, nothing is known but its axes", () => {
  const row = add(mul(DATA, K), k);
  assert.equal(showIndex(row), "t[m, k]·K + k");
  assert.equal(affine(row), undefined);
  assert.equal(affine(DATA), undefined);
  assert.equal(upperBound(DATA), undefined);
  assert.equal(showIndex(mod(row, K)), "k");
  assert.equal(showIndex(div(row, K)), "t[m, k]");
  assert.equal(showIndex(mod(DATA, 3)), "t[m, k] mod 3");
  assert.deepEqual(axesOf(row).map(({ name }) => name), ["m", "k", "k"]);
  assert.ok(dependsOnAxis(DATA, new Set(["m"])));
  assert.ok(!dependsOnAxis(DATA, new Set(["g"])));
});

Deno.test("axes and values inside of an index that data decide can be replaced", () => {
  const nested = indexOf({ kind: "load", type: "u32", tensor: "u", index: [DATA] });
  const moved = replaceAxes(nested, ({ name }) => name === "m" ? add(m, g) : undefined);
  assert.equal(showIndex(moved), "u[t[m + g, k]]");
  const rename = (scalar: Scalar): Scalar =>
    scalar.kind === "load"
      ? { ...scalar, tensor: "v", index: scalar.index.map((each) => mapValues(each, rename)) }
      : scalar;
  assert.equal(showIndex(mapValues(add(mul(nested, K), k), rename)), "v[v[m, k]]·K + k");
});

Deno.test("a value that is an index or a number already is no data", () => {
  assert.equal(indexOf({ kind: "index", type: "u32", index: k }), k);
  assert.deepEqual(indexOf({ kind: "constant", type: "u32", value: 3 }), {
    kind: "extent",
    extent: 3,
  });
});
