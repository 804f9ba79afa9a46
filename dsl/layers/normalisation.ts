/** Normalisations. @module */
import { defineLayer, tensor } from "../declare.ts";
import { dim, product } from "../dim.ts";
import { named } from "../hints.ts";
import { ones, zeros } from "../initial.ts";
import { type LayerWithOptions, layerWithOptions, numberOption } from "../layer_options.ts";
import { whenTraining } from "../mode.ts";
import { add, div, maximum, mean, mul, reshape, rsqrt, size, sub, type Tensor } from "../tensor.ts";

const B = dim("B"), C = dim("C"), N = dim("N"), H = dim("H"), W = dim("W");
type Real = Tensor<readonly [typeof C], "f32">;

/** Options of normalisations. */
export interface NormOptions {
  /** Added to a variance, so that it is never 0; 1e-5 if left out. */
  readonly eps: number;
}
const eps = numberOption(1e-5, 0, 1);

/**
 * y = (x − mean x) / √(var x + eps) · gamma + beta over the last axis, for x of shape [B, N]; the variance is
 * the mean of squared distances. (J. Ba, J. Kiros, G. Hinton: "Layer Normalization", 2016.)
 */
export const layerNorm: LayerWithOptions<NormOptions> = layerWithOptions(
  { eps },
  ({ eps }) =>
    defineLayer({
      name: "layer_norm",
      doc: `y = (x − mean x) / √(var x + ${eps}) · gamma + beta`,
      inputs: { x: tensor(B, N) },
      params: { gamma: tensor(N).init(ones()), beta: tensor(N).init(zeros()) },
      forward: ({ x, gamma, beta }) => {
        const centred = named("centred", sub(x, mean(x, { axis: 1, keep: true })));
        const variance = mean(mul(centred, centred), { axis: 1, keep: true });
        const scale = named("scale", rsqrt(add(variance, eps)));
        return add(mul(mul(centred, scale), gamma), beta);
      },
      typical: { B: 100, N: 256 },
    }),
);

/**
 * y = x / √(mean x² + eps) · gamma over the last axis, for x of shape [B, N]. (B. Zhang, R. Sennrich: "Root
 * Mean Square Layer Normalization", 2019.)
 */
export const rmsNorm: LayerWithOptions<NormOptions> = layerWithOptions(
  { eps },
  ({ eps }) =>
    defineLayer({
      name: "rms_norm",
      doc: `y = x / √(mean x² + ${eps}) · gamma`,
      inputs: { x: tensor(B, N) },
      params: { gamma: tensor(N).init(ones()) },
      forward: ({ x, gamma }) => {
        const scale = named("scale", rsqrt(add(mean(mul(x, x), { axis: 1, keep: true }), eps)));
        return mul(mul(x, scale), gamma);
      },
      typical: { B: 100, N: 256 },
    }),
);

/** Options of {@linkcode batchNorm}. */
export interface BatchNormOptions extends NormOptions {
  /** How much of a batch's statistics each step takes into the running ones; 0.1 if left out. */
  readonly momentum: number;
}

/** What a batch's statistics are made of: a mean and a variance for each channel, over `count` elements. */
interface Statistics {
  readonly mean: Real;
  readonly variance: Real;
  readonly count: Tensor<readonly [], "f32">;
}

/** The running statistics after a step; of a sample, the variance is estimated without bias. */
function running(
  { mean: m, variance: v }: { readonly mean: Real; readonly variance: Real },
  batch: Statistics,
  momentum: number,
): { mean: Real; variance: Real } {
  const unbiased = div(batch.count, maximum(sub(batch.count, 1), 1));
  const mix = (old: Real, own: Real): Real => add(mul(old, 1 - momentum), mul(own, momentum));
  return { mean: mix(m, batch.mean), variance: mix(v, mul(batch.variance, unbiased)) };
}

const batchNormOptions = { eps, momentum: numberOption(0.1, 0, 1) };
const params = { gamma: tensor(C).init(ones()), beta: tensor(C).init(zeros()) };
const state = { mean: tensor(C).init(zeros()), variance: tensor(C).init(ones()) };
const DOC =
  "y = (x − mean) / √(variance + eps) · gamma + beta, by channel; in training of the batch";

/**
 * y = (x − mean) / √(variance + eps) · gamma + beta for each feature, for x of shape [B, C]. In training mean
 * and variance are those of the batch, and the states `mean` and `variance` follow them; in use they are the
 * states. (S. Ioffe, C. Szegedy: "Batch Normalization", 2015.)
 */
export const batchNorm: LayerWithOptions<BatchNormOptions> = layerWithOptions(
  batchNormOptions,
  ({ eps, momentum }) => {
    const statistics = (x: Tensor<readonly [typeof B, typeof C], "f32">): Statistics => {
      const m = mean(x, { axis: 0 });
      const centred = sub(x, m);
      return { mean: m, variance: mean(mul(centred, centred), { axis: 0 }), count: size(B) };
    };
    return defineLayer({
      name: "batch_norm",
      doc: DOC,
      inputs: { x: tensor(B, C) },
      params,
      state,
      forward: ({ x, gamma, beta, ...states }) => {
        const batch = statistics(x);
        const m = named("centre", whenTraining(batch.mean, states.mean));
        const v = named("spread", whenTraining(batch.variance, states.variance));
        return add(mul(mul(sub(x, m), rsqrt(add(v, eps))), gamma), beta);
      },
      update: ({ x, ...states }) => running(states, statistics(x), momentum),
      typical: { B: 100, C: 256 },
    });
  },
);

/** The same for images: x of shape [B, C, H, W], with statistics over all places of all samples. */
export const batchNorm2d: LayerWithOptions<BatchNormOptions> = layerWithOptions(
  batchNormOptions,
  ({ eps, momentum }) => {
    const axis = [0, 2, 3] as const;
    const column = (channel: Real) => reshape(channel, [C, 1, 1]);
    const statistics = (
      x: Tensor<readonly [typeof B, typeof C, typeof H, typeof W], "f32">,
    ): Statistics => {
      const m = mean(x, { axis });
      const centred = sub(x, column(m));
      const count = size(product([B, H, W]));
      return { mean: m, variance: mean(mul(centred, centred), { axis }), count };
    };
    return defineLayer({
      name: "batch_norm_2d",
      doc: DOC,
      inputs: { x: tensor(B, C, H, W) },
      params,
      state,
      forward: ({ x, gamma, beta, ...states }) => {
        const batch = statistics(x);
        const m = named("centre", whenTraining(batch.mean, states.mean));
        const v = named("spread", whenTraining(batch.variance, states.variance));
        const normal = mul(sub(x, column(m)), column(rsqrt(add(v, eps))));
        return add(mul(normal, column(gamma)), column(beta));
      },
      update: ({ x, ...states }) => running(states, statistics(x), momentum),
      typical: { B: 100, C: 16, H: 28, W: 28 },
    });
  },
);
