import assert from "node:assert/strict";
import { times } from "../../dsl/dim.ts";
import { axisIndex } from "./index_expr.ts";
import type { CompiledModule, Kernel, Program, Scalar, Schedule, Stage } from "./kernel.ts";
import {
  adam,
  apply,
  axis,
  biasRelu,
  cast,
  constant,
  define,
  load,
  local,
  loops,
  moduleOf,
  product,
  reduce,
  store,
  tensor,
  uniform,
} from "./sample_kernels.ts";
import {
  accuracy,
  columnSum,
  fold,
  maskedTile,
  oneHot,
  softmax,
  totals,
  transposition,
} from "./sample_programs.ts";
import type { Tiling } from "./tiling.ts";
import { KernelError, verifyKernel } from "./verify.ts";
import { verifyModule } from "./verify_program.ts";

const B = { name: "B" };
const K = { name: "K" };
const i = axis("i", B);
const j = axis("j", K);
const x = tensor("x", "read", [B]);
const y = tensor("y", "write", [B]);
const labels = tensor("labels", "read", [B], "u32");
const state = tensor("state", "read_write", [B]);
const SUM_UP = reduce("acc", "sum", [j], constant(1));

/** A kernel over `i` with these stages, then a store to `y` unless there is one. */
function kernelOf(...stages: readonly Stage[]): Kernel {
  const stored = stages.some((stage) => stage.kind === "store" || stage.kind === "loop");
  const uses = JSON.stringify(stages);
  const tensors = [x, labels, state, y].filter(({ name }) =>
    uses.includes(`"tensor":"${name}"`) || (name === "y" && !stored)
  );
  return loops({
    name: "broken",
    tensors,
    parallel: [i],
    stages: stored ? stages : [...stages, store(y, [i], constant(0))],
  });
}

function storing(value: Scalar): Kernel {
  return kernelOf(store(y, [i], value));
}

const SQUARE = product({ layout: "NT", sizes: [B, 4, K], epilogue: biasRelu });

function rescheduled(change: Partial<Schedule & { readonly frame: "contract" }>): Kernel {
  if (SQUARE.schedule.frame !== "contract") throw new Error("no contraction");
  return { ...SQUARE, schedule: { ...SQUARE.schedule, ...change } };
}

const [CONTRACTION, ...EPILOGUE] = SQUARE.stages;

/** Kernels whose tiling for GPUs does what it must not. */
function tilingFaults(): readonly (readonly [Kernel, RegExp])[] {
  const { schedule } = product({ layout: "NN", sizes: [B, 64, 96], epilogue: biasRelu });
  if (schedule.frame !== "contract") throw new Error("no contraction");
  const { vector, gpu } = schedule.tilings;
  const whole = product({ layout: "NN", sizes: [B, 64, 96], epilogue: biasRelu });
  const changed = (tilings: Partial<typeof schedule.tilings>): Kernel => ({
    ...whole,
    schedule: { ...schedule, tilings: { ...schedule.tilings, ...tilings } },
  });
  const faulty = (change: Partial<Tiling>): Kernel => changed({ gpu: { ...gpu, ...change } });
  const { fours, staged } = gpu;
  const exact = { m: false, n: false, k: true };
  return [
    [faulty({ tile: { rows: 0, columns: 4 } }), /a tiling of 0, 4, .* computes nothing/],
    [faulty({ splits: 5 }), /k does not fall into 5 equal parts/],
    [changed({ vector: { ...vector, splits: 2 } }), /the tiling for vectors cuts the sum apart/],
    [faulty({ exact: { ...exact, m: true } }), /pieces of \d+ do not cover m exactly/],
    [faulty({ exact: { ...exact, k: false }, unroll: 2 }), /turns of 2 steps may overrun k/],
    [faulty({ fours: { ...fours, lhs: "m" } }), /x cannot be loaded in fours along m/],
    [
      faulty({ fours: { ...fours, lhs: "k" }, staged: { lhs: false, rhs: true, depth: 8 } }),
      /x is loaded in fours along k, in turns of 1 steps/,
    ],
    [faulty({ exact, tile: { rows: 4, columns: 6 } }), /6 columns are no fours/],
    [faulty({ exact, tile: { rows: 6, columns: 4 } }), /6 staged rows are no fours/],
    [faulty({ staged: { ...staged, depth: 6 } }), /a depth of 6 is no fours/],
    [
      faulty({ staged: { lhs: false, rhs: false, depth: 8 }, fours: { results: true } }),
      /nothing is staged, yet there is a depth/,
    ],
  ];
}

/** The contraction over other operands. */
function operands(value: Scalar): Kernel {
  return {
    ...SQUARE,
    stages: [reduce("acc", "sum", [axis("k", K)], value), ...EPILOGUE],
  };
}

const [M, N, KK] = [axis("m", B), axis("n", 4), axis("k", K)];
const LHS = tensor("x", "read", [B, K]);
const RHS = tensor("w", "read", [4, K]);

const FAULTS: readonly (readonly [Kernel, RegExp])[] = [
  [storing(local("a")), /local "a" is used before it is made/],
  [kernelOf(define("a", constant(1)), define("a", constant(2))), /local "a" is made twice/],
  [
    kernelOf(define("a", constant(1)), store(y, [i], local("a", "u32"))),
    /"a" is f32, but is used as u32/,
  ],
  [
    kernelOf(
      { kind: "loop", over: [j], body: [define("a", constant(1))] },
      store(y, [i], local("a")),
    ),
    /local "a" is used before/,
  ],
  [storing(constant(1, "u32")), /a u32 is stored to y, which is f32/],
  [storing(apply("greater", constant(1), constant(2))), /a bool is stored to y/],
  [storing(apply("add", constant(1), constant(1, "u32"))), /add takes equal types, got f32, u32/],
  [
    storing({ kind: "apply", op: "add", type: "f32", args: [constant(1)] }),
    /add takes 2 arguments, got 1/,
  ],
  [storing(cast("f32", apply("exp", constant(1, "u32")))), /exp takes f32, got u32/],
  [
    storing(apply("select", constant(1), constant(1), constant(2))),
    /select takes a bool condition/,
  ],
  [
    storing({ kind: "apply", op: "select", type: "f32", args: [constant(1, "bool"), constant(1)] }),
    /select takes 3 arguments/,
  ],
  [
    storing({
      kind: "apply",
      op: "select",
      type: "f32",
      args: [constant(1, "bool"), constant(1), constant(1, "u32")],
    }),
    /chooses between f32 and u32/,
  ],
  [storing({ kind: "apply", op: "cast", type: "f32", args: [] }), /cast takes 1 arguments/],
  [
    storing({ kind: "apply", op: "greater", type: "f32", args: [constant(1), constant(2)] }),
    /greater gives bool, but is marked f32/,
  ],
  [storing(constant(Infinity)), /constant Infinity of type f32 is not finite/],
  [storing(constant(1e39)), /is not finite/],
  [storing(cast("f32", constant(-1, "u32"))), /constant -1 of type u32 is not a whole number/],
  [storing(cast("f32", constant(2, "bool"))), /is neither 0 nor 1/],
  [storing({ kind: "uniform", type: "bool", name: "flag" }), /uniform "flag" is a bool/],
  [storing(load(x, i, i)), /x\[i, i\] has 2 indices, the tensor 1/],
  [storing(load(tensor("z", "read", [B]), i)), /tensor "z" is not declared/],
  [storing(load(y, i)), /y\[i\] does not fit the access "write" of y/],
  [
    kernelOf(store({ ...x, dtype: "f32" }, [i], constant(0))),
    /x\[i\] does not fit the access "read" of x/,
  ],
  [
    storing({ kind: "load", type: "f32", tensor: "labels", index: [axisIndex(i)] }),
    /a load of labels is marked f32, the tensor is u32/,
  ],
  [storing(load(x, j)), /axis "j" is not in scope/],
  [storing(load(x, axis("i", K))), /axis "i" runs to B, but an index has it run to K/],
  [kernelOf(reduce("acc", "sum", [i], load(x, i))), /axis "i" hides another/],
  [
    kernelOf(store(state, [i], constant(0)), define("late", load(state, i))),
    /state is loaded after it was stored to/,
  ],
  [
    kernelOf(
      define("other", load(state, { kind: "extent", extent: 0 })),
      store(state, [i], local("other")),
    ),
    /state is updated at \[i\], but loaded at \[0\]/,
  ],
  [
    { ...storing(constant(0)), tensors: [y, tensor("out", "write", [B])] },
    /out is never stored to/,
  ],
  [{ ...storing(constant(0)), tensors: [y, y] }, /a tensor is declared twice/],
  [
    { ...storing(constant(0)), parallel: [i, j] },
    /a store to y does not use axis "j": one element would be written many times/,
  ],
  [
    kernelOf({ kind: "loop", over: [j], body: [store(y, [i], constant(0))] }),
    /a store to y does not use axis "j"/,
  ],
  [kernelOf(reduce("acc", "sum", [], constant(1))), /"acc" reduces over no axis/],
  [kernelOf(reduce("acc", "sum", [j], constant(1, "bool"))), /"acc" is a sum of bools/],
  [
    kernelOf({
      kind: "reduce",
      into: "acc",
      combine: "max",
      over: [j],
      value: constant(1),
      type: "u32",
    }),
    /"acc" is marked u32, its max is f32/,
  ],
  [kernelOf(reduce("at", "argmax", [j, axis("l", K)], constant(1))), /argmax over 2 axes/],
  [kernelOf(reduce("top", "max", [axis("l", 0)], constant(1))), /"top" is the max of no elements/],
  [{ ...kernelOf(SUM_UP), schedule: { frame: "map", workgroup: 64 } }, /frame map has no reduce/],
  [{ ...kernelOf(SUM_UP), schedule: { frame: "rows", workgroup: 0 } }, /the workgroup is empty/],
  [
    { ...SQUARE, stages: EPILOGUE.slice(0, 0).concat(SUM_UP, EPILOGUE) },
    /begins with the sum of a product/,
  ],
  [operands(load(LHS, M, KK)), /begins with the sum of a product/],
  [rescheduled({ k: axis("q", K) }), /sums over k, its schedule says q/],
  [rescheduled({ sums: [axis("q", K)] }), /sums over k, its schedule says k, q/],
  [rescheduled({ m: axis("q", B) }), /the parallel axes are m, n, the schedule has n, q/],
  [
    {
      ...SQUARE,
      stages: CONTRACTION === undefined
        ? []
        : [CONTRACTION, { ...SUM_UP, into: "more" } as Stage, ...EPILOGUE],
    },
    /the epilogue of a contraction reduces/,
  ],
  ...tilingFaults(),
  [
    operands(apply("mul", load(LHS, M, KK), load(LHS, M, KK))),
    /operand x does not use axis "n"/,
  ],
  [
    operands(apply("mul", load(RHS, N, KK), load(LHS, M, KK))),
    /operand w does not use axis "m"/,
  ],
  [
    operands(apply(
      "mul",
      load(LHS, M, { kind: "mod", left: axisIndex(KK), by: 3 }),
      load(RHS, N, KK),
    )),
    /the index of operand x is not affine/,
  ],
];

Deno.test("each fault of a kernel is refused by name", () => {
  for (const [kernel, message] of FAULTS) {
    assert.throws(() => verifyKernel(kernel), (error: unknown) => {
      assert.ok(error instanceof KernelError, String(error));
      assert.match(error.message, message);
      assert.ok(error.message.includes(kernel.name));
      return true;
    });
  }
});

Deno.test("well formed kernels of all frames pass", () => {
  const n = { name: "n" };
  const kernels = [
    SQUARE,
    product({ layout: "TN", sizes: [B, K, n], epilogue: adam }),
    fold(B, n, K),
    maskedTile(B, n, K),
    softmax(B, K),
    accuracy(B, 10),
    columnSum(B, times(n, K)),
    totals(B, K),
    oneHot(B, K),
    transposition(1, K),
    storing(apply("mul", load(x, i), uniform("rate"))),
  ];
  for (const kernel of kernels) verifyKernel(kernel);
});

const COPY = (from: string, to: string, access: "write" | "read_write" = "write"): Kernel => {
  const [source, target] = [tensor(from, "read", [B]), tensor(to, access, [B])];
  return loops({
    name: `${from}_to_${to}`,
    tensors: [source, target],
    parallel: [i],
    stages: [store(target, [i], load(source, i))],
  }, "map");
};

/** A module of these kernels, with changes to its program and its tensors. */
function moduleWith(
  kernels: readonly Kernel[],
  program: Partial<Program> = {},
  change: (tensor: CompiledModule["tensors"][number]) => Partial<typeof tensor> = () => ({}),
): CompiledModule {
  const module = moduleOf(kernels);
  const tensors = module.tensors.map((planned) => ({ ...planned, ...change(planned) }));
  const slots = module.slots.map((_, slot) =>
    tensors.filter((planned) => planned.slot === slot).map(({ name }) => name)
  );
  return {
    ...module,
    tensors,
    slots,
    programs: module.programs.map((old) => ({ ...old, ...program })),
  };
}

const MODULE_FAULTS: readonly (readonly [CompiledModule, RegExp])[] = [
  [
    moduleWith([COPY("b", "c"), COPY("a", "b")], { inputs: ["a"] }),
    /reads b, which nothing has written/,
  ],
  [moduleWith([COPY("a", "b")], { outputs: ["b", "a"] }), /output a is never written/],
  [
    moduleWith([COPY("a", "w", "read_write"), COPY("w", "b")]),
    /"w_to_b" reads w after "a_to_w" updated it/,
  ],
  [
    moduleWith([COPY("a", "w", "read_write")], { updates: [] }),
    /it updates { w }, but states { {2}}/,
  ],
  [moduleWith([COPY("a", "b"), COPY("b", "a")]), /writes the input a/],
  [
    moduleWith(
      [COPY("a", "b"), COPY("b", "c")],
      { outputs: ["c"] },
      ({ name }) => name === "c" ? { slot: 1 } : {},
    ),
    /reads b and writes c in the same slot/,
  ],
  [
    moduleWith(
      [COPY("a", "b"), COPY("a", "c"), COPY("b", "d")],
      { outputs: ["d"] },
      ({ name }) => name === "c" ? { slot: 1 } : {},
    ),
    /reads b, but c has taken its slot/,
  ],
  [
    moduleWith([COPY("a", "b"), COPY("a", "c")], {}, ({ name }) => name === "c" ? { slot: 1 } : {}),
    /output b is overwritten by c/,
  ],
  [
    moduleWith(
      [COPY("a", "b")],
      { outputs: [] },
      ({ name }) => name === "a" ? { kind: "parameter", slot: 1 } : {},
    ),
    /reads a and writes b in the same slot/,
  ],
  [
    moduleWith(
      [COPY("a", "b"), COPY("c", "d")],
      {},
      ({ name }) => name === "c" ? { kind: "parameter", slot: 3 } : {},
    ),
    /reads c and writes d in the same slot/,
  ],
  [
    moduleWith(
      [COPY("a", "b"), COPY("c", "d")],
      {},
      ({ name }) => name === "c" ? { kind: "parameter", slot: 1 } : {},
    ),
    /writes b over parameter c/,
  ],
  [
    moduleWith([COPY("a", "b")], {}, ({ name }) => name === "a" ? { shape: [K] } : {}),
    /sees a as f32\[B\], it is planned as f32\[K\]/,
  ],
  [
    moduleWith([storing(apply("mul", load(x, i), uniform("rate")))]),
    /uses uniform "rate" as f32, the program has undefined/,
  ],
  [{ ...moduleWith([COPY("a", "b")]), slots: [["a"], []] }, /slot 1 does not list tensor b/],
  [
    { ...moduleWith([COPY("a", "b")]), tensors: [] },
    /uses "a", which is not planned/,
  ],
];

Deno.test("each fault of a program or a memory plan is refused by name", () => {
  for (const [module, message] of MODULE_FAULTS) {
    assert.throws(() => verifyModule(module), (error: unknown) => {
      assert.ok(error instanceof KernelError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("kernels in a good order pass, and slots may be used again", () => {
  verifyModule(moduleWith([COPY("a", "b"), COPY("w", "c"), COPY("b", "w", "read_write")], {
    inputs: ["a"],
    updates: ["w"],
  }, ({ name }) => name === "w" ? { kind: "parameter" } : {}));
  verifyModule(
    moduleWith(
      [COPY("a", "b"), COPY("b", "c"), COPY("c", "d")],
      { outputs: ["d"] },
      ({ name }) => name === "d" ? { slot: 1 } : {},
    ),
  );
});
