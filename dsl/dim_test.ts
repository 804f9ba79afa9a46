import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Dim,
  dim,
  type DimValues,
  divide,
  evaluateExtent,
  type Extent,
  factors,
  fromFactors,
  product,
  sameExtent,
  sameShape,
  showExtent,
  showShape,
  substitute,
  times,
} from "./dim.ts";
import { DeclarationError } from "./errors.ts";
import type { Equal, Expect } from "./testing/type_equality.ts";

const SEED = { seed: 1 };
const B = dim("B"), K = dim("K"), n = dim("n");

/** Any product of a small number and up to three of the symbols B, K and n. */
const extents: fc.Arbitrary<Extent> = fc
  .record({
    coefficient: fc.integer({ min: 1, max: 6 }),
    symbols: fc.array(fc.constantFrom("B", "K", "n"), { maxLength: 3 }),
  })
  .map(fromFactors);
const sizes = fc.integer({ min: 1, max: 7 });
const values: fc.Arbitrary<DimValues> = fc.record({ B: sizes, K: sizes, n: sizes });

Deno.test("a dim's name is an identifier", () => {
  assert.equal(dim("n_in2").name, "n_in2");
  for (const name of ["", "2n", "n K", "n·K", "_n", "n-1"]) {
    assert.throws(() => dim(name), {
      name: "DeclarationError",
      message:
        `Cannot declare a dim named "${name}": use a letter followed by letters, digits or "_"`,
    });
  }
});

Deno.test("what is no extent is refused, with the extents around it", () => {
  const refused: readonly [() => unknown, string][] = [
    [
      // @ts-expect-error a dim has a name
      () => dim(undefined),
      'Cannot declare a dim named undefined: use a letter followed by letters, digits or "_"',
    ],
    [
      // @ts-expect-error a dim is not its name
      () => times("n", K),
      'Cannot multiply the extents ["n", K]: an extent is a dim or a whole number, got "n"; ' +
      'write dim("n")',
    ],
    [
      () => times(n, 0.5),
      "Cannot multiply the extents [n, 0.5]: an extent must be a whole number, got 0.5",
    ],
    [
      // @ts-expect-error an extent is missing
      () => times(n),
      "Cannot multiply the extents [n, undefined]: an extent is a dim or a whole number, " +
      "got undefined",
    ],
  ];
  for (const [attempt, message] of refused) {
    assert.throws(attempt, { name: "DeclarationError", message });
  }
});

Deno.test("a product lists its number and then its factors, outermost first", () => {
  assert.deepEqual(times(n, K), { name: "n·K" });
  assert.deepEqual(times(K, 10), { name: "10·K" });
  assert.deepEqual(product([2, n, 3, K]), { name: "6·n·K" });
  assert.equal(times(10, 100), 1000);
  assert.deepEqual(times(1, K), K);
  assert.equal(product([]), 1);
  assert.equal(product([0, K]), 0);
  assert.deepEqual(factors(product([2, n, K])), { coefficient: 2, symbols: ["n", "K"] });
});

Deno.test("the type of a product names the same factors as its value", () => {
  const cases: [
    Expect<Equal<ReturnType<typeof times<Dim<"n">, Dim<"K">>>, Dim<"n·K">>>,
    Expect<Equal<ReturnType<typeof times<Dim<"K">, 10>>, Dim<"10·K">>>,
    Expect<Equal<ReturnType<typeof times<1, Dim<"K">>>, Dim<"K">>>,
    Expect<Equal<ReturnType<typeof times<Dim<"K">, 1>>, Dim<"K">>>,
    Expect<Equal<ReturnType<typeof times<number, number>>, number>>,
  ] = [true, true, true, true, true];
  assert.ok(cases);
});

Deno.test("two products are the same size when their factors are the same, in any order", () => {
  assert.ok(sameExtent(times(n, K), times(K, n)));
  assert.ok(!sameExtent(times(n, n), n));
  assert.ok(!sameExtent(K, n));
  assert.ok(sameShape([B, times(n, K)], [dim("B"), times(K, n)]));
  assert.ok(!sameShape([B, K], [B]));
  assert.ok(!sameShape([B, K], [K, B]));
});

Deno.test("a quotient exists only where it is exact for every choice of numbers", () => {
  assert.deepEqual(divide(times(n, K), K), n);
  assert.deepEqual(divide(times(n, K), n), K);
  assert.equal(divide(times(n, K), times(K, n)), 1);
  assert.deepEqual(divide(product([6, K]), 3), { name: "2·K" });
  assert.equal(divide(10, 5), 2);
  assert.equal(divide(10, 3), undefined);
  assert.equal(divide(K, n), undefined);
  assert.equal(divide(10, K), undefined);
  assert.equal(divide(K, 0), undefined);
});

Deno.test("shapes are shown as they are written", () => {
  assert.equal(showShape([B, times(n, K), 784]), "[B, n·K, 784]");
  assert.equal(showExtent(784), "784");
});

Deno.test("evaluation is multiplicative", () => {
  fc.assert(
    fc.property(extents, extents, values, (a, b, given) => {
      assert.equal(
        evaluateExtent(times(a, b), given),
        evaluateExtent(a, given) * evaluateExtent(b, given),
      );
    }),
    SEED,
  );
});

Deno.test("dividing a product by a factor gives the other factor", () => {
  fc.assert(
    fc.property(extents, extents, (a, b) => {
      assert.ok(sameExtent(divide(product([a, b]), b) ?? NaN, a));
    }),
    SEED,
  );
});

Deno.test("a quotient agrees with the numbers", () => {
  fc.assert(
    fc.property(extents, extents, values, (a, b, given) => {
      const quotient = divide(a, b);
      if (quotient === undefined) return;
      assert.equal(
        evaluateExtent(quotient, given),
        evaluateExtent(a, given) / evaluateExtent(b, given),
      );
    }),
    SEED,
  );
});

Deno.test("substituting and then evaluating is evaluating with the substituted sizes", () => {
  fc.assert(
    fc.property(extents, extents, values, (extent, replacement, given) => {
      assert.equal(
        evaluateExtent(substitute(extent, new Map([["K", replacement]])), given),
        evaluateExtent(extent, { ...given, K: evaluateExtent(replacement, given) }),
      );
    }),
    SEED,
  );
});

Deno.test("substitution replaces all symbols at once", () => {
  assert.deepEqual(substitute(times(n, K), new Map<string, Extent>([["n", K], ["K", n]])), {
    name: "K·n",
  });
  assert.equal(substitute(times(n, K), new Map([["n", 10], ["K", 100]])), 1000);
});

Deno.test("a size without a number is refused by name", () => {
  assert.throws(
    () => evaluateExtent(times(n, K), { K: 100, B: 5 }),
    new DeclarationError(
      'Cannot compute the size n·K: dim "n" has no number; numbers are given for { K, B }',
    ),
  );
  assert.throws(() => evaluateExtent(dim("toString"), {}), /dim "toString" has no number/);
});
