/** The optimizers beside PyTorch's, over some steps, in float64. */
import assert from "node:assert/strict";
import {
  adam,
  adamW,
  clipGlobalNorm,
  cosine,
  dim,
  type OptimizerDeclaration,
  rmsProp,
  type Schedule,
  sgd,
  stepDecay,
} from "../dsl/mod.ts";
import { make } from "../dsl/intern.ts";
import type { Node } from "../dsl/ops.ts";
import { stepNumber } from "../dsl/optimizer.ts";
import { handle } from "../dsl/tensor.ts";
import { interpret, type Value } from "./graph/interpret.ts";
import { leafName } from "./programs/programs.ts";
import { seeded } from "./testing/random_values.ts";
import { pythonWithTorch, runScript } from "./testing/torch/python.ts";

/** An optimizer, and how PyTorch is told to do the same. */
interface OptimizerCase {
  readonly declaration: OptimizerDeclaration;
  readonly optimizer: "sgd" | "adam" | "adam_w" | "rmsprop";
  readonly settings: Readonly<Record<string, unknown>>;
  readonly clip?: number;
  readonly schedule?: Schedule;
}

const warm = cosine({ peak: 0.1, warmup: 3, steps: 9, final: 0.01 });
const falling = stepDecay({ initial: 0.1, every: 4, factor: 0.5 });

const CASES: readonly OptimizerCase[] = [
  { declaration: sgd({ rate: 0.1 }), optimizer: "sgd", settings: { lr: 0.1 } },
  {
    declaration: sgd({ rate: 0.1, momentum: 0.9, decay: 0.02 }),
    optimizer: "sgd",
    settings: { lr: 0.1, momentum: 0.9, weight_decay: 0.02 },
  },
  {
    declaration: sgd({ rate: falling, momentum: 0.8, nesterov: true }),
    optimizer: "sgd",
    settings: { lr: 0.1, momentum: 0.8, nesterov: true },
    schedule: falling,
  },
  {
    declaration: adam({ alpha: 0.02, rule: "pytorch", decay: 0.1 }),
    optimizer: "adam",
    settings: { lr: 0.02, weight_decay: 0.1 },
  },
  {
    declaration: adamW({ alpha: warm, beta1: 0.8, decay: 0.3 }),
    optimizer: "adam_w",
    settings: { lr: 0.1, betas: [0.8, 0.999], weight_decay: 0.3 },
    schedule: warm,
  },
  { declaration: rmsProp(), optimizer: "rmsprop", settings: { lr: 0.01 } },
  {
    declaration: rmsProp({ rate: 0.05, alpha: 0.9, momentum: 0.7, centered: true, decay: 0.1 }),
    optimizer: "rmsprop",
    settings: { lr: 0.05, alpha: 0.9, momentum: 0.7, centered: true, weight_decay: 0.1 },
  },
  {
    declaration: clipGlobalNorm(adam({ rule: "pytorch" }), 1.5),
    optimizer: "adam",
    settings: { lr: 0.001 },
    clip: 1.5,
  },
  { declaration: clipGlobalNorm(sgd(), 100), optimizer: "sgd", settings: { lr: 0.01 }, clip: 100 },
];

const STEPS = 12, N = 5;
const parameter = (name: string): Node =>
  make("input", { name, role: "parameter", shape: [dim("N")], dtype: "f32" });
const PARAMETERS = [parameter("w"), parameter("u")];
const GRADIENTS = PARAMETERS.map((each) =>
  make("input", { name: `g_${leafName(each)}`, role: "input", shape: each.shape, dtype: "f32" })
);

/** Random tensors and gradients, the same for all cases. */
const next = seeded(12);
const vector = (): number[] => Array.from({ length: N }, () => 2 * next() - 1);
const FIRST = PARAMETERS.map(vector);
const SLOPES = Array.from({ length: STEPS }, () => PARAMETERS.map(vector));

/** The parameters after each step, by interpretation of the declared updates. */
function pathOf({ declaration }: OptimizerCase): readonly (readonly number[][])[] {
  const prepared = declaration.prepare?.(GRADIENTS) ?? GRADIENTS;
  const updates = PARAMETERS.flatMap((each, i) => declaration.updates(each, prepared[i] ?? each));
  const value = (data: readonly number[]): Value => ({ shape: [N], data: Float64Array.from(data) });
  const values = new Map<string, Value>(
    updates.map(({ target }) => [leafName(target), value(new Array(N).fill(0))]),
  );
  PARAMETERS.forEach((each, i) => values.set(leafName(each), value(FIRST[i] ?? [])));
  return SLOPES.map((slopes, step) => {
    const leaves = new Map(values).set("step", { shape: [], data: Float64Array.of(step + 1) });
    GRADIENTS.forEach((each, i) => leaves.set(leafName(each), value(slopes[i] ?? [])));
    const results = interpret(updates.map((each) => each.value), { dims: { N }, leaves });
    updates.forEach(({ target }, i) => {
      const result = results[i];
      if (result !== undefined) values.set(leafName(target), result);
    });
    return PARAMETERS.map((each) => [...values.get(leafName(each))?.data ?? []]);
  });
}

/** The rate of a schedule at each step. */
function ratesOf(schedule: Schedule): readonly number[] {
  const { node } = schedule(handle(stepNumber()));
  return Array.from({ length: STEPS }, (_, step) => {
    const leaves = new Map([["step", { shape: [], data: Float64Array.of(step + 1) }]]);
    return interpret([node], { dims: {}, leaves })[0]?.data[0] ?? NaN;
  });
}

const python = await pythonWithTorch();

Deno.test({
  name: "every optimizer takes the steps that PyTorch's takes",
  ignore: python === undefined,
  fn: async (test) => {
    const cases = CASES.map(({ optimizer, settings, clip = null, schedule }) => ({
      optimizer,
      settings,
      clip,
      tensors: FIRST,
      gradients: SLOPES,
      rates: schedule === undefined ? null : ratesOf(schedule),
    }));
    // The script writes a path for each case.
    const paths = await runScript(python ?? "", "optimizers.py", cases) as readonly number[][][][];
    for (const [i, each] of CASES.entries()) {
      await test.step(`${each.optimizer} ${JSON.stringify(each.settings)}`, () => {
        const got = pathOf(each).flat(2), wanted = paths[i]?.flat(2) ?? [];
        assert.equal(got.length, wanted.length);
        got.forEach((value, at) => assert.ok(Math.abs(value - (wanted[at] ?? NaN)) < 1e-12));
      });
    }
  },
});

Deno.test("schedules have their rates at the steps where they change", () => {
  const wave = (part: number) => 0.01 + 0.09 * 0.5 * (1 + Math.cos(Math.PI * part));
  const wanted = [0.1 / 3, 0.2 / 3, 0.1, ...[1, 2, 3, 4, 5, 6].map((at) => wave(at / 6)), 0.01];
  ratesOf(warm).slice(0, 10).forEach((rate, i) =>
    assert.ok(Math.abs(rate - (wanted[i] ?? NaN)) < 1e-15, `step ${i + 1}: ${rate}`)
  );
  const steps = [0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.025];
  assert.deepEqual(ratesOf(falling).slice(0, 9), steps);
});
