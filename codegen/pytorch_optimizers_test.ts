/** The optimizers beside their formulas and PyTorch's, over some steps, in float64. */
import assert from "node:assert/strict";
import {
  adam,
  adamW,
  clipGlobalNorm,
  clipValue,
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
import {
  clipNorm,
  FORMULAS,
  type TorchOptimizer,
  type TorchSettings,
} from "./testing/optimizer_formulas.ts";
import { seeded } from "./testing/random_values.ts";
import { pythonWithTorch, runScript } from "./testing/torch/python.ts";

/** An optimizer, and how PyTorch is told to do the same. */
interface OptimizerCase {
  readonly declaration: OptimizerDeclaration;
  readonly optimizer: TorchOptimizer;
  readonly settings: TorchSettings;
  readonly clip?: number;
  readonly bound?: number;
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
    declaration: sgd({ rate: 0.1, momentum: 0.9, dampening: 0.4, decay: 0.02 }),
    optimizer: "sgd",
    settings: { lr: 0.1, momentum: 0.9, dampening: 0.4, weight_decay: 0.02 },
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
  {
    // The parameters are vectors, which this decay leaves alone.
    declaration: adamW({ decay: { rate: 0.3, matricesOnly: true } }),
    optimizer: "adam_w",
    settings: { lr: 0.001, weight_decay: 0 },
  },
  {
    declaration: rmsProp({ rate: 0.02, centered: true }),
    optimizer: "rmsprop",
    settings: { lr: 0.02, centered: true },
  },
  {
    declaration: rmsProp({ rate: 0.02, momentum: 0.7 }),
    optimizer: "rmsprop",
    settings: { lr: 0.02, momentum: 0.7 },
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
  {
    declaration: clipValue(sgd({ rate: 0.1 }), 0.4),
    optimizer: "sgd",
    settings: { lr: 0.1 },
    bound: 0.4,
  },
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

/** The parameters after each step, by the formulas. */
function formulaPathOf(
  { optimizer, settings, clip = Infinity, bound = Infinity, schedule }: OptimizerCase,
): readonly (readonly number[][])[] {
  const rules = FIRST.map((each) => each.map(() => FORMULAS[optimizer](settings)));
  const rates = schedule === undefined ? undefined : ratesOf(schedule);
  let now: number[][] = FIRST;
  return SLOPES.map((slopes, i) => {
    const all = clip === Infinity ? slopes.flat() : clipNorm(slopes.flat(), clip);
    const lr = rates?.[i] ?? settings.lr;
    now = now.map((each, at) =>
      each.map((w, k) => {
        const g = Math.min(Math.max(all[at * N + k] ?? NaN, -bound), bound);
        return rules[at]?.[k]?.({ w, g, lr, t: i + 1 }) ?? NaN;
      })
    );
    return now;
  });
}

/** The rate of a schedule at each step. */
function ratesOf(schedule: Schedule, steps = STEPS): readonly number[] {
  const { node } = schedule(handle(stepNumber()));
  return Array.from({ length: steps }, (_, step) => {
    const leaves = new Map([["step", { shape: [], data: Float64Array.of(step + 1) }]]);
    return interpret([node], { dims: {}, leaves })[0]?.data[0] ?? NaN;
  });
}

function assertSamePath(
  got: readonly (readonly number[][])[],
  wanted: readonly (readonly number[][])[],
): void {
  const a = got.flat(2), b = wanted.flat(2);
  assert.equal(a.length, STEPS * 2 * N);
  assert.equal(b.length, a.length);
  a.forEach((value, at) => assert.ok(Math.abs(value - (b[at] ?? NaN)) < 1e-12));
}

Deno.test("every optimizer takes the steps of its formula", async (test) => {
  for (const each of CASES) {
    await test.step(each.declaration.doc, () => assertSamePath(pathOf(each), formulaPathOf(each)));
  }
});

const python = await pythonWithTorch();

Deno.test({
  name: "every optimizer takes the steps that PyTorch's takes",
  ignore: python === undefined,
  fn: async (test) => {
    const cases = CASES.map(({ optimizer, settings, clip = null, bound = null, schedule }) => ({
      optimizer,
      settings,
      clip,
      bound,
      tensors: FIRST,
      gradients: SLOPES,
      rates: schedule === undefined ? null : ratesOf(schedule),
    }));
    // The script writes a path for each case.
    const paths = await runScript(python ?? "", "optimizers.py", cases) as readonly number[][][][];
    for (const [i, each] of CASES.entries()) {
      await test.step(
        `${each.optimizer} ${JSON.stringify(each.settings)}`,
        () => assertSamePath(pathOf(each), paths[i] ?? []),
      );
    }
  },
});

Deno.test({
  name: "schedules have the rates of PyTorch's, whose steps count from 0",
  ignore: python === undefined,
  fn: async () => {
    const decays = { initial: 0.3, every: 49, factor: 0.7 },
      waves = { peak: 0.2, steps: 37, final: 0.05 };
    const warmed = { ...waves, warmup: 10 };
    const rates = await runScript(python ?? "", "schedules.py", { decays, waves, warmed });
    // The script writes the rates of each by name, at steps 0, 1, ….
    const { decay, wave, warm } = rates as Readonly<Record<string, readonly number[]>>;
    const same = (got: readonly number[], wanted: readonly number[] = []) => {
      assert.equal(got.length, wanted.length);
      got.forEach((rate, i) =>
        assert.ok(Math.abs(rate - (wanted[i] ?? NaN)) < 1e-14, `${i}: ${rate} for ${wanted[i]}`)
      );
    };
    same(ratesOf(stepDecay(decays), 200), decay?.slice(0, 200));
    // Step t of a cosine is step t of PyTorch's, which begins with the peak at step 0.
    same(ratesOf(cosine(waves), 37), wave?.slice(1, 38));
    same(ratesOf(cosine(warmed), 37), warm?.slice(1, 38));
  },
});

Deno.test("a cosine without warm-up starts below its peak, and stays at its end", () => {
  const rates = ratesOf(cosine({ peak: 1, steps: 4 }), 7);
  const wanted = [(1 + Math.SQRT1_2) / 2, 0.5, (1 - Math.SQRT1_2) / 2, 0, 0, 0, 0];
  rates.forEach((rate, i) => assert.ok(Math.abs(rate - (wanted[i] ?? NaN)) < 1e-15, `${rates}`));
});

Deno.test("a step decay changes at the very step, whatever the number of steps between", () => {
  for (let every = 1; every <= 200; every++) {
    const schedule = stepDecay({ initial: 1, every, factor: 0.5 });
    const at = (step: number): number | undefined =>
      interpret([schedule(handle(stepNumber())).node], {
        dims: {},
        leaves: new Map([["step", { shape: [], data: Float64Array.of(step) }]]),
      })[0]?.data[0];
    for (const times of [1, 2, 7]) {
      assert.equal(at(times * every), 0.5 ** (times - 1));
      assert.equal(at(times * every + 1), 0.5 ** times);
    }
  }
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
