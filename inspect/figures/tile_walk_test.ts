import assert from "node:assert/strict";
import fc from "fast-check";
import { compile } from "../../codegen/pipeline.ts";
import { generateModule } from "../../codegen/generate.ts";
import { chosenDeclarations } from "../../explain/choice.ts";
import { tileFacts } from "./tile_facts.ts";
import { tileLayout, tilePicture } from "./tile_picture.ts";
import {
  BLOCK,
  blockCount,
  copiedBlocks,
  extentOf,
  type Invocation,
  invocationCount,
  numberOf,
  ownPlaces,
  type SideName,
  type TileFacts,
  tileSteps,
} from "./tile_walk.ts";
import { stepTitle, stepWords } from "./tile_words.ts";

const declarations = await chosenDeclarations("inspect", [], undefined);
const kernels = declarations.flatMap((declaration) =>
  compile(declaration).stages.flatMap(({ program }) =>
    program.kernels.map((kernel) => ({ declaration, program, kernel }))
  )
);
const tiles = kernels.flatMap(({ kernel, ...rest }) => {
  const facts = tileFacts(kernel);
  return facts === undefined ? [] : [{ ...rest, kernel, facts }];
});

function tileOf(declaration: string, kernel: string): TileFacts {
  const found = tiles.find((each) =>
    each.declaration.name === declaration && each.kernel.name === kernel
  );
  return found?.facts ?? assert.fail(`${declaration}.${kernel}`);
}

function invocations({ rows, columns }: TileFacts): readonly Invocation[] {
  return Array.from(
    { length: rows.invocations },
    (_, row) => Array.from({ length: columns.invocations }, (_, column) => ({ row, column })),
  ).flat();
}

/** Tiles that differ in all that shares out work. */
const anyTile: fc.Arbitrary<TileFacts> = fc.record({
  counts: fc.tuple(fc.constantFrom(4, 8), fc.constantFrom(4, 8)),
  invocations: fc.tuple(fc.constantFrom(1, 2, 8), fc.constantFrom(1, 2, 4)),
  depth: fc.constantFrom(4, 8, 16),
  follows: fc.tuple(fc.boolean(), fc.boolean()),
  alongColumns: fc.boolean(),
}).map(({ counts, invocations, depth, follows, alongColumns }) => {
  const side = (at: 0 | 1) => ({
    axis: "mn".charAt(at),
    tensor: "AB".charAt(at),
    index: "",
    memory: "",
    count: counts[at],
    unit: 4,
    invocations: invocations[at],
    followsSum: follows[at],
  });
  return {
    rows: side(0),
    columns: side(1),
    sum: "k",
    depth,
    alongColumns,
    results: ["C"],
    splits: 1,
    batch: [],
    sums: [],
  };
});

/** What all invocations together copy of an operand. */
function copied(
  facts: TileFacts,
  side: SideName,
  element: (place: number, k: number) => number,
): ReadonlyMap<string, number> {
  const memory = new Map<string, number>();
  for (const invocation of invocations(facts)) {
    for (const block of copiedBlocks(facts, side, invocation)) {
      for (let at = 0; at < BLOCK * BLOCK; at++) {
        const place = block.place + at % BLOCK;
        const k = block.step + Math.floor(at / BLOCK);
        const key = `${place},${k}`;
        assert.ok(!memory.has(key), `${key} of ${side} is copied once`);
        memory.set(key, element(place, k));
      }
    }
  }
  return memory;
}

/** Does what the steps say, all invocations at a time, for a product of M × K and K × N from one tile on. */
function compute(
  facts: TileFacts,
  A: (m: number, k: number) => number,
  B: (k: number, n: number) => number,
  [M, N, K]: readonly [number, number, number],
): ReadonlyMap<string, number> {
  const { rows, columns, depth } = facts;
  const everyone = invocations(facts);
  const sums = everyone.map(() => new Map<string, number>());
  const results = new Map<string, number>();
  for (let from = 0; from < K; from += depth) {
    const inside = (k: number) => Math.min(from + k, K - 1);
    const memory = {
      rows: copied(facts, "rows", (m, k) => A(Math.min(m, M - 1), inside(k))),
      columns: copied(facts, "columns", (n, k) => B(inside(k), Math.min(n, N - 1))),
    };
    assert.equal(memory.rows.size, extentOf(rows) * depth, "all of the rows is copied");
    assert.equal(memory.columns.size, extentOf(columns) * depth, "all of the columns is copied");
    for (let k = 0; k < Math.min(depth, K - from); k++) {
      everyone.forEach((invocation, i) => {
        for (const m of ownPlaces(rows, invocation.row)) {
          for (const n of ownPlaces(columns, invocation.column)) {
            const product = (memory.rows.get(`${m},${k}`) ?? NaN) *
              (memory.columns.get(`${n},${k}`) ?? NaN);
            sums[i]?.set(`${m},${n}`, (sums[i]?.get(`${m},${n}`) ?? 0) + product);
          }
        }
      });
    }
  }
  for (const own of sums) {
    for (const [key, sum] of own) {
      const [m = 0, n = 0] = key.split(",").map(Number);
      if (m >= M || n >= N) continue;
      assert.ok(!results.has(key), `${key} is stored once`);
      results.set(key, sum);
    }
  }
  return results;
}

Deno.test("what the steps say computes the product: each element copied once, each result stored once", () => {
  fc.assert(
    fc.property(anyTile, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 21 }), (facts, m, n, K) => {
      const M = 1 + m % extentOf(facts.rows);
      const N = 1 + n % extentOf(facts.columns);
      const A = (m: number, k: number) => Math.sin(1 + m * K + k);
      const B = (k: number, n: number) => Math.cos(2 + k * N + n);
      const results = compute(facts, A, B, [M, N, K]);
      assert.equal(results.size, M * N);
      for (const [key, result] of results) {
        const [m = 0, n = 0] = key.split(",").map(Number);
        let wanted = 0;
        for (let k = 0; k < K; k++) wanted += A(m, k) * B(k, n);
        assert.ok(Math.abs(result - wanted) < 1e-12, `${key}: ${result} for ${wanted}`);
      }
    }),
    { seed: 5, numRuns: 60 },
  );
});

for (const name of ["shared_linear", "mnist_shared", "mnist_cnn", "attention"]) {
  Deno.test(`${name}: its shaders share out the work as the pictures say`, async () => {
    const own = tiles.filter((each) => each.declaration.name === name);
    assert.ok(own.length > 0);
    const files = await generateModule(own[0]?.declaration ?? assert.fail(), {
      runtime: "../../runtime",
    });
    for (const { program, kernel, facts } of own) {
      const single = `${name}/${program.name}`;
      const file = files.find(({ path }) =>
        path === `${single}.gpu.wgsl` || path === `${single}.gpu.parts.wgsl` ||
        (path.startsWith(`${single}/`) &&
          (path.endsWith(`_${kernel.name}.gpu.wgsl`) ||
            path.endsWith(`_${kernel.name}.gpu.parts.wgsl`)))
      ) ?? assert.fail(`${single} ${kernel.name}`);
      const text = typeof file.content === "string" ? file.content : assert.fail(file.path);
      const all = invocationCount(facts);
      for (const side of ["rows", "columns"] as const) {
        const { memory, followsSum, invocations, unit } = facts[side];
        const [across, steps] = [extentOf(facts[side]) / BLOCK, facts.depth / BLOCK];
        const copy = `for (var block = index; block < ${across * steps}u; block += ${all}u) {
      let row = block ${followsSum ? `/ ${steps}u` : `% ${across}u`} * 4u;
      let step = block ${followsSum ? `% ${steps}u` : `/ ${across}u`} * 4u;`;
        assert.ok(
          text.replaceAll(/\n +/g, "\n      ").includes(copy),
          `${file.path}: ${copy}\n${text}`,
        );
        assert.match(text, new RegExp(`${memory}\\[step \\* ${across}u \\+ row / 4u\\] = `));
        const component = (side === "columns") === facts.alongColumns ? "x" : "y";
        const first = side === "rows" ? "first_row" : "first_column";
        if (invocations > 1) {
          assert.ok(text.includes(`= ${first} + local.${component} * ${unit}u;`), text);
        }
      }
      const [x, y] = facts.alongColumns
        ? [facts.columns.invocations, facts.rows.invocations]
        : [facts.rows.invocations, facts.columns.invocations];
      assert.ok(text.includes(`@workgroup_size(${x}, ${y})`), text);
      assert.equal(text.match(/workgroupBarrier\(\);/g)?.length, 2);
    }
  });
}

Deno.test("each step is told with the names that the declaration has", () => {
  const facts = tileOf("shared_linear", "grad_w");
  const told = tileSteps(facts).map((step) =>
    `${stepTitle(facts, step)}: ${stepWords(facts, step, { row: 1, column: 2 })}`
  );
  assert.deepEqual(told.slice(0, 5), [
    "Who owns what: A workgroup of 256 invocations computes a tile of 64 o by 64 k. Invocation 18 keeps 16 sums of it in registers: those of o 4 to 7 and k 8 to 11, counted from the tile's first.",
    "Copy gy: All invocations together copy 64 o by 32 b of gy[b, o] to left_tile in workgroup memory, in 128 squares of 4 by 4. Invocation 18 copies o 8 to 11 at b 4 to 7.",
    "Copy fold_x: All invocations together copy 64 k by 32 b of fold_x[b, k] to right_tile in workgroup memory, in 128 squares of 4 by 4. Invocation 18 copies k 8 to 11 at b 4 to 7.",
    "Wait for all copies: At workgroupBarrier() each invocation waits until all have copied, for it is about to read what others wrote.",
    "Add the products of step 1 of 32: At b 0, invocation 18 reads o 4 to 7 from left_tile and k 8 to 11 from right_tile, multiplies each by each and adds the 16 products to its sums: 16 multiply-adds for 8 numbers read. The others do the same with theirs.",
  ]);
  assert.match(
    told.at(-1) ?? "",
    /stores gW at o 4 to 7 and k 8 to 11\. Each result is stored once/,
  );
  const idle = stepWords(facts, { kind: "copy", side: "rows" }, { row: 15, column: 15 });
  assert.match(idle, /Invocation 255 copies none: there are fewer squares than invocations\.$/);
});

Deno.test("the strong parts of all invocations cover each part of a picture, once", () => {
  const area = (svg: string, kind: string) =>
    [...svg.matchAll(
      new RegExp(`class="${kind}" x="[^"]+" y="[^"]+" width="([^"]+)" height="([^"]+)"`, "g"),
    )]
      .reduce((sum, [, width, height]) => sum + Number(width) * Number(height), 0);
  const shapes = new Map(
    tiles.map(({ facts }) => [JSON.stringify(facts), facts]),
  );
  assert.ok(shapes.size > 5);
  for (const facts of [...shapes.values()].slice(0, 12)) {
    const layout = tileLayout(facts);
    const wanted = (part: { width: number; height: number }) => part.width * part.height;
    const covered = (step: Parameters<typeof tilePicture>[1]) =>
      invocations(facts).reduce(
        (sum, one) => sum + area(tilePicture(facts, step, one, ""), "mine"),
        0,
      );
    for (const side of ["rows", "columns"] satisfies SideName[]) {
      const copied = covered({ kind: "copy", side });
      assert.ok(Math.abs(copied / wanted(layout[side]) - 1) < 0.02);
      const squares = invocations(facts).flatMap((one) => copiedBlocks(facts, side, one));
      assert.equal(squares.length, blockCount(facts, facts[side]));
    }
    assert.ok(Math.abs(covered({ kind: "finish" }) / wanted(layout.sums) - 1) < 0.02);
  }
});

Deno.test("invocations are numbered as their workgroup has them, and kernels without tiles have none", () => {
  for (const { facts } of tiles) {
    const numbers = invocations(facts).map((one) => numberOf(facts, one));
    assert.deepEqual(
      numbers.toSorted((a, b) => a - b),
      Array.from({ length: invocationCount(facts) }, (_, at) => at),
    );
  }
  const others = kernels.filter(({ kernel }) => kernel.schedule.frame !== "contract");
  assert.ok(others.length > 0);
  assert.ok(others.every(({ kernel }) => tileFacts(kernel) === undefined));
});
