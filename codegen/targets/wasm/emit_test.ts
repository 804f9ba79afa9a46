import assert from "node:assert/strict";
import fc from "fast-check";
import type { Extent } from "../../../dsl/dim.ts";
import type { Axis } from "../../kernel/index_expr.ts";
import type {
  CompiledModule,
  Kernel,
  PlannedTensor,
  Scalar,
  ScalarOp,
  Uniform,
} from "../../kernel/kernel.ts";
import {
  adam,
  apply,
  axis,
  biasRelu,
  cast,
  constant,
  define,
  type Layout,
  load,
  local,
  loops,
  moduleOf,
  product,
  type ProductOptions,
  store,
  tensor,
  uniform,
} from "../../kernel/sample_kernels.ts";
import {
  accuracy,
  chosenRow,
  columnSum,
  drawing,
  fold,
  maskedTile,
  oneHot,
  softmax,
  totals,
  transposition,
} from "../../kernel/sample_programs.ts";
import { verifyModule } from "../../kernel/verify_program.ts";
import { emitWasm, writeBuilds } from "./emit.ts";
import { type ModulePlan, planModule } from "./module_plan.ts";
import { compare, generator } from "./reference_run.ts";

/** The text that people read. */
function writeWat(plan: ModulePlan): string {
  return writeBuilds(plan).relaxed;
}

/** Sizes with edges of every kind: none, one, primes, just below and above tiles. */
const SIZES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 16, 17, 20, 23, 24, 31];
const RATE: Uniform = { name: "rate", type: "f32", value: { kind: "constant", value: 0.01 } };

/** How sizes are given: in the text, when loading, or with each call. */
type Binding = "numbers" | "fixed" | "call";
const BINDINGS: readonly Binding[] = ["numbers", "fixed", "call"];

/** Builds a kernel for sizes given in one of the ways, and compares it with the interpreter. */
async function check(
  build: (...extents: Extent[]) => Kernel,
  sizes: readonly number[],
  binding: Binding,
  tolerance = 1e-5,
  uniforms: readonly Uniform[] = [],
): Promise<void> {
  const dims = sizes.map((_, at) => ({ name: `D${at}` }));
  const names = dims.map(({ name }) => name);
  const kernel = build(...(binding === "numbers" ? sizes : dims));
  const module = moduleOf([kernel], {
    fixedDims: binding === "fixed" ? names : [],
    callDims: binding === "call" ? names : [],
    uniforms,
  });
  verifyModule(module);
  await compare(
    module,
    Object.fromEntries(names.map((name, at) => [name, sizes[at] ?? 0])),
    tolerance,
  );
}

/** Runs a check over random sizes and all bindings. */
async function checkRandom(
  build: (...extents: Extent[]) => Kernel,
  count: number,
  options: {
    readonly least?: number;
    readonly runs?: number;
    readonly tolerance?: number;
    readonly uniforms?: readonly Uniform[];
  } = {},
): Promise<void> {
  const { least = 0, runs = 12, tolerance, uniforms } = options;
  const size = fc.constantFrom(...SIZES.filter((value) => value >= least));
  const sizes = fc.array(size, { minLength: count, maxLength: count });
  await fc.assert(
    fc.asyncProperty(
      sizes,
      fc.constantFrom(...BINDINGS),
      (values, binding) => check(build, values, binding, tolerance, uniforms),
    ),
    { numRuns: runs, seed: 1 },
  );
}

function productOf(layout: Layout, epilogue: ProductOptions["epilogue"]) {
  return (m: Extent = 1, n: Extent = 1, k: Extent = 1) =>
    product({ layout, sizes: [m, n, k], epilogue });
}

for (const layout of ["NN", "NT", "TN", "TT"] as const) {
  Deno.test(`product ${layout} with bias and ReLU equals the interpreter's`, async () => {
    await checkRandom(productOf(layout, biasRelu), 3, { runs: 40 });
  });

  Deno.test(`product ${layout} updates parameters in place`, async () => {
    const options = { runs: 15, uniforms: [RATE], tolerance: 1e-4 };
    await checkRandom(productOf(layout, adam), 3, options);
  });

  Deno.test(`product ${layout} with a sum over further axes equals the interpreter's`, async () => {
    const build = (s: Extent = 1, m: Extent = 1, n: Extent = 1, k: Extent = 1) =>
      product({
        layout,
        sizes: [m, n, k],
        sums: [axis("s", s), axis("t", 2)],
        epilogue: biasRelu,
      });
    const { schedule } = build({ name: "S" }, { name: "M" }, { name: "N" }, { name: "K" });
    assert.equal(schedule.frame === "contract" && schedule.sums.length, 2);
    await checkRandom(build, 4, { runs: 15 });
  });

  Deno.test(`product ${layout} over a batch equals the interpreter's`, async () => {
    const build = (m: Extent = 1, n: Extent = 1, k: Extent = 1, b: Extent = 1) =>
      product({
        layout,
        sizes: [m, n, k],
        batch: [axis("b", b)],
        epilogue: (m, n, batch) => {
          const y = tensor("y", "write", [...batch, m, n].map(({ extent }) => extent));
          return { tensors: [y], stages: [store(y, [...batch, m, n], local("acc"))] };
        },
      });
    await checkRandom(build, 4, { runs: 12 });
  });
}

/** A module of a product whose left operand is declared to hold many zeros. */
function withZeros(kernel: Kernel, callDims: readonly string[] = []): CompiledModule {
  const { schedule } = kernel;
  // A product with a single row or column is no contraction of tiles.
  const skipping: Kernel = schedule.frame === "contract"
    ? { ...kernel, schedule: { ...schedule, zeros: "lhs" } }
    : kernel;
  const module = moduleOf([skipping], { callDims, uniforms: [RATE] });
  const tensors = module.tensors.map((each): PlannedTensor => {
    if (each.name === "x") return { ...each, sparse: true };
    return each.name === "w" ? { ...each, kind: "parameter" } : each;
  });
  return { ...module, tensors };
}

const B = { name: "B" };

for (const layout of ["NN", "NT", "TN", "TT"] as const) {
  for (const [what, epilogue] of [["bias and ReLU", biasRelu], ["an update", adam]] as const) {
    Deno.test(`product ${layout} with ${what} skips zeros, and does not where there are few`, async () => {
      const next = generator(7);
      const size = () => SIZES[Math.floor(next() * SIZES.length)] ?? 1;
      for (let run = 0; run < 12; run++) {
        const [m, n, k] = [size(), size() + size(), size()];
        const rows = run % 2 === 0 ? m : B;
        const module = withZeros(product({ layout, sizes: [rows, n, k], epilogue }), ["B"]);
        for (const zeros of [1, 0.8, 0.1]) {
          await compare(module, { B: m }, 1e-4, { zeros });
        }
      }
    });
  }
}

Deno.test("a product stored transposed equals the interpreter's", async () => {
  for (const layout of ["NN", "NT", "TN", "TT"] as const) {
    const epilogue = (m: Axis, n: Axis) => {
      const y = tensor("y", "write", [n.extent, m.extent]);
      return { tensors: [y], stages: [store(y, [n, m], local("acc"))] };
    };
    await checkRandom(productOf(layout, epilogue), 3);
  }
});

Deno.test("a product stored several times equals the interpreter's", async () => {
  const build = (m: Extent = 1, n: Extent = 1, k: Extent = 1, groups: Extent = 1) =>
    product({
      layout: "NN",
      sizes: [m, n, k],
      epilogue: (m, n) => {
        const g = axis("g", groups);
        const y = tensor("y", "write", [m.extent, groups, n.extent]);
        const h = tensor("h", "read", [m.extent, groups, n.extent]);
        const masked = apply("mul", local("acc"), load(h, m, g, n));
        return {
          tensors: [h, y],
          stages: [{ kind: "loop", over: [g], body: [store(y, [m, g, n], masked)] }],
        };
      },
    });
  await checkRandom(build, 4, { runs: 25 });
});

Deno.test("sizes at the edges of each tile give the interpreter's values", async () => {
  for (const m of [1, 4, 5, 6, 10, 11]) {
    for (const n of [1, 4, 7, 8, 9]) {
      for (const layout of ["NN", "NT"] as const) {
        await check(productOf(layout, biasRelu), [m, n, 17], "numbers");
      }
    }
  }
});

Deno.test("fold, tile, column sum and total equal the interpreter's", async () => {
  await checkRandom((a = 1, b = 1, c = 1) => fold(a, b, c), 3);
  await checkRandom((a = 1, b = 1, c = 1) => maskedTile(a, b, c), 3);
  await checkRandom((a = 1, b = 1) => columnSum(a, b), 2);
  await checkRandom((a = 1, b = 1) => totals(a, b), 2, { least: 1 });
  await checkRandom((a = 1, b = 1) => transposition(a, b), 2);
});

Deno.test("softmax, argmax and one-hot equal the interpreter's", async () => {
  await checkRandom((a = 1, b = 1) => softmax(a, b), 2, { least: 1 });
  await checkRandom((a = 1, b = 1) => accuracy(a, b), 2, { least: 1 });
  await checkRandom((a = 1, b = 1) => oneHot(a, b), 2);
});

/** Where a batch begins among the thirteen samples that bytes are drawn from. */
const START: Uniform = { name: "start", type: "u32", value: { kind: "constant", value: 2 } };

Deno.test("rows that data decide equal the interpreter's, to the last bit of f32", async () => {
  const sizes = [[1, 1], [3, 1], [2, 3], [11, 4], [5, 7], [7, 12], [11, 13], [0, 5]] as const;
  for (const [rows, width] of sizes) {
    for (const binding of BINDINGS) {
      for (const at of [0, 1] as const) {
        const build = (a: Extent = 1, b: Extent = 1, c: Extent = 1): Kernel => {
          const kernel = drawing(a, b, c)[at];
          assert.ok(kernel !== undefined);
          return kernel;
        };
        await check(build, [rows, 13, width], binding, 2 ** -25, [START]);
      }
    }
  }
});

Deno.test("rows that a local decides equal the interpreter's", async () => {
  await checkRandom((a = 1, b = 1, c = 1) => chosenRow(a, b, c), 3, { least: 1, runs: 25 });
});

Deno.test("four bytes are loaded at once where they lie side by side", () => {
  const [kernel] = drawing({ name: "B" }, { name: "samples" }, 8);
  assert.ok(kernel !== undefined);
  const text = writeWat(
    planModule(
      moduleOf([kernel], { fixedDims: ["samples"], callDims: ["B"], uniforms: [START] }),
    ),
  );
  assert.match(
    text,
    /i32x4\.extend_low_i16x8_u\s+\(i16x8\.extend_low_i8x16_u \(v128\.load32_zero/,
  );
  assert.doesNotMatch(text, /i32\.load8_u/);
});

/** Each operator on positive floats, as a kernel that stores an f32. */
const FLOAT_SAMPLES: { readonly [Op in ScalarOp]: (x: Scalar, y: Scalar) => Scalar } = {
  neg: (x) => apply("neg", x),
  exp: (x) => apply("exp", x),
  log: (x) => apply("log", apply("mul", x, x)),
  sqrt: (x) => apply("sqrt", apply("mul", x, x)),
  tanh: (x) => apply("tanh", x),
  abs: (x) => apply("abs", x),
  floor: (x, y) => apply("floor", apply("mul", constant(3), apply("sub", x, y))),
  sin: (x, y) => apply("sin", apply("mul", x, y)),
  cos: (x, y) => apply("cos", apply("mul", x, y)),
  erf: (x) => apply("erf", x),
  sigmoid: (x, y) => apply("sigmoid", apply("mul", apply("mul", constant(50), x), y)),
  randomBits: (x, y) => {
    const bits = (z: Scalar) => cast("u32", apply("mul", apply("abs", z), constant(2 ** 20)));
    const word = apply("randomBits", bits(x), bits(y), constant(0xfedcba98, "u32"));
    return cast("f32", apply("div", word, constant(256, "u32")));
  },
  xor: (x, y) =>
    cast("f32", apply("xor", cast("u32", apply("abs", x)), cast("u32", apply("abs", y)))),
  cast: (x) => cast("f32", cast("bool", apply("maximum", x, constant(0)))),
  add: (x, y) => apply("add", x, y),
  sub: (x, y) => apply("sub", x, y),
  mul: (x, y) => apply("mul", x, y),
  div: (x, y) => apply("div", x, apply("add", apply("mul", y, y), constant(1))),
  maximum: (x, y) => apply("maximum", x, y),
  minimum: (x, y) => apply("minimum", x, y),
  pow: (x, y) => apply("pow", apply("mul", x, x), y),
  greater: (x, y) => cast("f32", apply("greater", x, y)),
  equal: (x, y) => cast("f32", apply("equal", x, apply("minimum", x, y))),
  greaterEqual: (x, y) => cast("f32", apply("greaterEqual", apply("maximum", x, y), y)),
  notEqual: (x, y) => cast("f32", apply("notEqual", x, apply("minimum", x, y))),
  and: (x, y) =>
    cast("f32", apply("and", apply("greater", x, y), apply("greater", x, constant(0)))),
  or: (x, y) => cast("f32", apply("or", apply("greater", x, y), apply("greater", x, constant(0)))),
  not: (x, y) => cast("f32", apply("not", apply("greater", x, y))),
  select: (x, y) => apply("select", apply("greater", x, constant(0)), y, uniform("rate")),
};

/** Operators that u32 has too. */
const INTEGER_SAMPLES: readonly ((x: Scalar, y: Scalar) => Scalar)[] = [
  (x, y) => apply("add", x, y),
  (x, y) => apply("sub", x, y),
  (x, y) => apply("mul", apply("mul", x, constant(4_000_000_000, "u32")), y),
  (x, y) => apply("div", x, apply("add", y, constant(1, "u32"))),
  (x, y) => apply("maximum", apply("sub", x, y), y),
  (x, y) => apply("minimum", apply("sub", x, y), y),
  (x, y) => cast("u32", apply("greater", apply("sub", x, y), y)),
  (x, y) => cast("u32", apply("greater", x, y)),
  (x, y) => cast("u32", apply("greaterEqual", apply("sub", x, y), y)),
  (x, y) => cast("u32", apply("notEqual", x, y)),
  (x, y) => apply("select", apply("equal", x, y), constant(7, "u32"), y),
  (x, y) => cast("u32", cast("bool", apply("sub", x, y))),
  (x, y) => cast("u32", apply("sub", cast("f32", x), cast("f32", y))),
];

Deno.test("every operator gives the interpreter's value, in lanes and one by one", async () => {
  const operators = (n: Extent = 1) => {
    const i = axis("i", n);
    const [x, y] = [tensor("x", "read", [n]), tensor("y", "read", [n])];
    const samples = Object.entries(FLOAT_SAMPLES).map(([op, sample]) => {
      const out = tensor(op, "write", [n]);
      return { out, stage: store(out, [i], sample(load(x, i), load(y, i))) };
    });
    return loops({
      name: "operators",
      tensors: [x, y, ...samples.map(({ out }) => out)],
      parallel: [i],
      stages: samples.map(({ stage }) => stage),
    }, "map");
  };
  await check(operators, [11], "fixed", 1e-5, [RATE]);
  await check(operators, [1], "numbers", 1e-5, [RATE]);
});

Deno.test("every u32 operator gives the interpreter's value", async () => {
  const operators = (n: Extent = 1) => {
    const i = axis("i", n);
    const [x, y] = [tensor("x", "read", [n], "u32"), tensor("y", "read", [n], "u32")];
    const samples = INTEGER_SAMPLES.map((sample, at) => {
      const out = tensor(`out_${at}`, "write", [n], "u32");
      return { out, stage: store(out, [i], sample(load(x, i), load(y, i))) };
    });
    return loops({
      name: "integers",
      tensors: [x, y, ...samples.map(({ out }) => out)],
      parallel: [i],
      stages: samples.map(({ stage }) => stage),
    }, "map");
  };
  await check(operators, [11], "call", 0);
  await check(operators, [3], "numbers", 0);
});

const SHARE = `  ;; A thread's share of run.
  (func $run.share (param $thread i32)
    (local $n_from i32)
    (local $n_to i32)
    (local.set $n_from (call $border (global.get $n) (i32.const 4) (local.get $thread)))
    (local.set $n_to
      (call $border (global.get $n) (i32.const 4) (i32.add (local.get $thread) (i32.const 1))))
    (call $done (local.get $thread) (i32.const -1))
    (call $double (local.get $n_from) (local.get $n_to))
    (call $done (local.get $thread) (i32.const 0))
    (call $meet))
`;

const DOUBLE = `  ;; double(read l1.x[n], write y[n])
  ;; y[i] = 2 · l1.x[i]
  (func $double (param $i_from i32) (param $i_to i32)
    (local $i i32)
    (local $l1.x_i i32)
    (local $y_i i32)
    (local $i_end4 i32)
    (local $twice_x4 v128)
    (local $twice f32)
    (local.set $i_end4
      (i32.add
        (local.get $i_from)
        (i32.and (i32.sub (local.get $i_to) (local.get $i_from)) (i32.const -4))))
    (local.set $i (local.get $i_from))
    (local.set $l1.x_i (i32.add (global.get $at_l1.x) (i32.mul (local.get $i_from) (i32.const 4))))
    (local.set $y_i (i32.add (global.get $at_y) (i32.mul (local.get $i_from) (i32.const 4))))
    (if
      (i32.lt_u (local.get $i) (local.get $i_end4))
      (then
        (loop $i_by_4
          (local.set $twice_x4
            (f32x4.mul (v128.load (local.get $l1.x_i)) (f32x4.splat (f32.const 2))))
          (v128.store (local.get $y_i) (local.get $twice_x4))
          (local.set $l1.x_i (i32.add (local.get $l1.x_i) (i32.const 16)))
          (local.set $y_i (i32.add (local.get $y_i) (i32.const 16)))
          (local.set $i (i32.add (local.get $i) (i32.const 4)))
          (br_if $i_by_4 (i32.lt_u (local.get $i) (local.get $i_end4))))))
    (if
      (i32.lt_u (local.get $i) (local.get $i_to))
      (then
        (loop $i
          (local.set $twice (f32.mul (f32.load (local.get $l1.x_i)) (f32.const 2)))
          (f32.store (local.get $y_i) (local.get $twice))
          (local.set $l1.x_i (i32.add (local.get $l1.x_i) (i32.const 4)))
          (local.set $y_i (i32.add (local.get $y_i) (i32.const 4)))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $i (i32.lt_u (local.get $i) (local.get $i_to)))))))
`;

Deno.test("the text is short and reads like the kernel", () => {
  const n = { name: "n" };
  const i = axis("i", n);
  const [x, y] = [tensor("l1.x", "read", [n]), tensor("y", "write", [n])];
  const kernel = loops({
    name: "double",
    tensors: [x, y],
    parallel: [i],
    stages: [
      define("twice", apply("mul", load(x, i), constant(2))),
      store(y, [i], local("twice")),
    ],
  }, "map");
  const module = moduleOf([{ ...kernel, formula: "y[i] = 2 · l1.x[i]" }], { fixedDims: ["n"] });
  const text = writeWat(planModule(module));
  assert.equal(text.slice(text.indexOf("  ;; double"), text.indexOf("  ;; Threads") - 1), DOUBLE);
  assert.ok(text.includes(SHARE));
});

Deno.test("programs that run equal kernels share a function", () => {
  const kernel = productOf("NN", biasRelu)(5, 8, 4);
  const once = moduleOf([kernel]);
  const [run] = once.programs;
  assert.ok(run !== undefined);
  const twice = { ...once, programs: [run, { ...run, name: "again" }] };
  const text = writeWat(planModule(twice));
  assert.equal(text.match(/\(func \$product_nn[ \n]/g)?.length, 1);
  assert.equal(text.match(/\(call \$product_nn[ )\n]/g)?.length, 2);
  assert.match(text, /\(export "again"\)/);
});

Deno.test("no more is imported than is used", () => {
  const text = writeWat(planModule(moduleOf([softmax({ name: "B" }, 10)], { callDims: ["B"] })));
  assert.equal(text.match(/import "math"/), null);
  assert.deepEqual(text.match(/\(func \$lanes\.[a-z]+/g), ["(func $lanes.exp", "(func $lanes.log"]);
});

Deno.test("the same module gives the same bytes", async () => {
  const module = () =>
    planModule(
      moduleOf([productOf("NT", biasRelu)({ name: "B" }, 20, 12)], { callDims: ["B"] }),
    );
  const [first, second] = [await emitWasm(module()), await emitWasm(module())];
  assert.equal(first.wat, second.wat);
  assert.deepEqual(first.relaxed, second.relaxed);
  assert.deepEqual(first.plain, second.plain);
});
