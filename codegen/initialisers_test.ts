/** First values by way of the binding: what an initialiser promises is what a loaded module starts from. */
import assert from "node:assert/strict";
import {
  add,
  defineLayer,
  dim,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initialiser,
  lecunNormal,
  lecunUniform,
  normal,
  orthogonal,
  reshape,
  sum,
  tensor,
  times,
  uniform,
} from "../dsl/mod.ts";
import { withFreshModule } from "../explain/temporary_module.ts";
import { initialValues } from "../runtime/parameters.ts";

const O = dim("O"), C = dim("C");
const DIMS = { B: 1, O: 120, C: 90 };
/** Weights [outputs, inputs, 3, 2]. */
const IN = DIMS.C * 6, OUT = DIMS.O * 6;

/** Mean and standard deviation, and the largest size that an evenly spread number has. */
interface Promised {
  readonly by: Initialiser;
  readonly mean: number;
  readonly std: number;
  readonly most?: number;
}

const spread = (std: number) => ({ std, most: std * Math.sqrt(3) });

const PROMISES: Readonly<Record<string, Promised>> = {
  normal: { by: normal({ mean: 2, std: 0.3 }), mean: 2, std: 0.3 },
  uniform: { by: uniform({ low: -1, high: 3 }), mean: 1, std: 4 / Math.sqrt(12), most: 3 },
  lecun_normal: { by: lecunNormal(), mean: 0, std: Math.sqrt(1 / IN) },
  lecun_uniform: { by: lecunUniform(), mean: 0, ...spread(Math.sqrt(1 / IN)) },
  glorot_normal: { by: glorotNormal(), mean: 0, std: Math.sqrt(2 / (IN + OUT)) },
  glorot_uniform: {
    by: glorotUniform({ gain: 5 / 3 }),
    mean: 0,
    ...spread(5 / 3 * Math.sqrt(2 / (IN + OUT))),
  },
  he_normal: { by: heNormal({ slope: 0.1 }), mean: 0, std: Math.sqrt(2 / (1.01 * IN)) },
  he_uniform: { by: heUniform(), mean: 0, ...spread(Math.sqrt(2 / IN)) },
  // Axes by name: as if the weights lay as [C, 3, 2, O] do.
  he_turned: { by: heNormal({ fanIn: [0, 2, 3] }), mean: 0, std: Math.sqrt(2 / OUT) },
  // The 120 rows of 540 elements have the length 2.
  orthogonal: { by: orthogonal({ gain: 2 }), mean: 0, std: 2 / Math.sqrt(IN) },
};

/** A layer with a parameter whose sizes are known when it is loaded. */
const started = (name: string, by: Initialiser) =>
  defineLayer({
    name: `by_${name}`,
    inputs: { x: tensor(dim("B")) },
    params: { W: tensor(O, C, 3, 2).init(by) },
    forward: ({ x, W }) => add(x, sum(reshape(W, [times(6, times(O, C))]), { axis: 0 })),
  });

for (const [name, { by, mean, std, most = Infinity }] of Object.entries(PROMISES)) {
  Deno.test(`first values by ${name} have its mean and its deviation`, async () => {
    await withFreshModule(started(name, by), (module) => {
      const { W } = module.tensors;
      assert.ok(W?.init !== undefined);
      const count = W.shape(DIMS).reduce((a, b) => a * b, 1);
      const values = Array.from(initialValues("W", "f32", count, W.init(DIMS), 11), Number);
      const got = values.reduce((total, value) => total + value, 0) / count;
      const variance = values.reduce((total, value) => total + (value - got) ** 2, 0) / count;
      // Five deviations of the mean and of the variance of so many samples.
      const slack = 5 / Math.sqrt(count);
      assert.ok(Math.abs(got - mean) < slack * std, `mean ${got}, wanted ${mean}`);
      assert.ok(
        Math.abs(variance / std ** 2 - 1) < slack * Math.SQRT2,
        `deviation ${Math.sqrt(variance)}, wanted ${std}`,
      );
      assert.ok(values.every((value) => Math.abs(value) <= most * (1 + 1e-6)));
      return Promise.resolve();
    });
  });
}
