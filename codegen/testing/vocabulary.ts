/**
 * Layers that use every op of the language as a user would, for tests on every backend: their values and
 * gradients are compared with the float64 interpretation of what they declare.
 *
 * @module
 */
import { defineLayer, type LayerDeclaration, tensor } from "../../dsl/declare.ts";
import { dim, type DimValues, times } from "../../dsl/dim.ts";
import * as t from "../../dsl/tensor.ts";

const B = dim("B"), K = dim("K");

/** A layer and sizes to run it at. */
export interface VocabularyCase {
  readonly declaration: LayerDeclaration;
  readonly sizes: readonly DimValues[];
}

const matrix: readonly DimValues[] = [{ B: 3, K: 5 }, { B: 1, K: 1 }, { B: 7, K: 24 }];

const activations = defineLayer({
  name: "activations",
  inputs: { x: tensor(B, K), z: tensor(B, K) },
  forward: ({ x, z }) => {
    const gelu = t.mul(t.mul(x, 0.5), t.add(t.erf(t.div(x, Math.SQRT2)), 1));
    const silu = t.mul(z, t.sigmoid(t.mul(z, 200)));
    const wave = t.sub(t.sin(t.mul(x, 3)), t.cos(t.mul(z, 3)));
    return t.add(t.add(gelu, silu), t.mul(wave, t.rsqrt(t.add(t.abs(x), 0.5))));
  },
});

/** Functions that targets write themselves, in what follows a product: in fours where the columns are. */
const epilogue = defineLayer({
  name: "epilogue",
  inputs: { x: tensor(B, 8) },
  params: { W: tensor(12, 8) },
  forward: ({ x, W }) => {
    const y = t.matmul(x, t.transpose(W));
    return t.mul(t.erf(y), t.sigmoid(y));
  },
});

const comparisons = defineLayer({
  name: "comparisons",
  inputs: { x: tensor(B, K), z: tensor(B, K) },
  forward: ({ x, z }) => {
    const inside = t.and(t.greaterEqual(x, -0.5), t.lessEqual(x, 0.5));
    const apart = t.or(t.less(x, z), t.not(inside));
    const steps = t.floor(t.mul(x, 4));
    return t.select(
      t.notEqual(steps, 0),
      t.select(apart, t.mul(x, z), steps),
      t.select(inside, z, 1),
    );
  },
});

/** The same comparisons of whole numbers. */
const places = defineLayer({
  name: "places",
  inputs: { x: tensor(B, K) },
  forward: ({ x }) => {
    const place = t.iota(K);
    const best = t.column(t.argmax(x, { axis: 1 }));
    const near = t.and(t.lessEqual(best, place), t.less(place, t.add(best, 3)));
    return t.select(t.or(near, t.and(t.greaterEqual(best, place), t.notEqual(place, 0))), x, 0);
  },
});

const W = 9, H = 8;

/** Parts and joins along an axis of dims, and along one of numbers. */
const stretches = defineLayer({
  name: "stretches",
  inputs: { x: tensor(B, times(2, K)), z: tensor(B, W) },
  forward: ({ x, z }) => {
    const [first, second] = [
      t.slice(x, { axis: 1, size: K }),
      t.slice(x, { axis: 1, start: K, size: K }),
    ];
    const turned = t.concatenate([t.neg(second), first, x], { axis: 1 });
    const even = t.slice(x, { axis: 1, size: K, step: 2 });
    const padded = t.pad(t.exp(z), { axis: 1, before: 2, after: 1, value: -1 });
    const some = t.slice(padded, { axis: 1, start: 1, size: 4, step: 3 });
    const wide = t.mul(turned, t.repeat(even, { axis: 1, times: 4 }));
    return t.mul(wide, t.column(t.sum(some, { axis: 1 })));
  },
});

/** The largest of each square, after a border; and the windows put back where they came from. */
const pooling = defineLayer({
  name: "pooling",
  inputs: { image: tensor(B, H, W) },
  forward: ({ image }) => {
    const border = t.pad(image, { axis: 1, before: 1, value: -3e38 });
    const rows = t.window(border, { axis: 1, size: 3, stride: 2 });
    const squares = t.window(rows, { axis: 2, size: 2, stride: 2 });
    const largest = t.max(t.max(squares, { axis: 4 }), { axis: 3 });
    const smooth = t.overlapAdd(t.window(image, { axis: 2, size: 3, dilation: 2 }), {
      axis: 2,
      extent: W,
      dilation: 2,
    });
    return t.mul(
      largest,
      t.slice(t.slice(smooth, { axis: 1, size: 4, step: 2 }), { axis: 2, size: 4 }),
    );
  },
});

/** A signal that is longer than its windows, and one that falls into them. */
const signals = defineLayer({
  name: "signals",
  inputs: { x: tensor(B, 5, 4), frames: tensor(B, times(3, K)) },
  forward: ({ x, frames }) => {
    const signal = t.overlapAdd(t.sin(x), { axis: 1, extent: 16, stride: 3 });
    const level = t.sum(t.window(frames, { axis: 1, size: 3, stride: 3 }), { axis: 1 });
    return t.mul(signal, t.column(t.sum(level, { axis: 1 })));
  },
});

/** A convolution of images with channels first and a border, in steps of 2 along one axis. */
const convolution = defineLayer({
  name: "convolution",
  inputs: { image: tensor(B, 3, H, W) },
  params: { weights: tensor(10, 3, 3, 2) },
  forward: ({ image, weights }) => {
    const border = t.pad(t.exp(image), { axis: 2, before: 1, after: 1 });
    const windows = t.window(t.window(border, { axis: 2, size: 3, stride: 2 }), {
      axis: 3,
      size: 2,
    });
    return t.sigmoid(t.einsum("bchwij,ocij->bohw", windows, weights));
  },
});

/** The same with channels last, whose windows are contiguous along two axes; no border, but gaps. */
const channelsLast = defineLayer({
  name: "channels_last",
  inputs: { image: tensor(B, H, W, 5) },
  params: { weights: tensor(6, 3, 3, 5), bias: tensor(6) },
  forward: ({ image, weights, bias }) => {
    const rows = t.window(image, { axis: 1, size: 3, dilation: 2 });
    const windows = t.window(rows, { axis: 2, size: 3 });
    return t.add(t.einsum("bhwcij,oijc->bhwo", windows, weights), bias);
  },
});

/** A convolution of a signal, and the way back: a product and what adds up its windows. */
const transposed = defineLayer({
  name: "transposed",
  inputs: { signal: tensor(B, 14, K) },
  params: { weights: tensor(4, K, 8) },
  forward: ({ signal, weights }) => {
    const windows = t.window(signal, { axis: 1, size: 4, stride: 2 });
    const features = t.einsum("btck,kco->bto", windows, weights);
    const back = t.einsum("bto,kco->btck", t.tanh(features), weights);
    return t.overlapAdd(back, { axis: 1, extent: 14, stride: 2 });
  },
});

/** Products over some axes of tensors with more; one operand begins in the middle of a tensor. */
const sequences = defineLayer({
  name: "sequences",
  inputs: { x: tensor(B, 6, 24), z: tensor(B, 6, 20) },
  params: { M: tensor(16, 20), V: tensor(16, 12) },
  forward: ({ x, z, M, V }) => {
    const part = t.slice(x, { axis: 2, start: 4, size: 20 });
    const scores = t.einsum("btk,bsk->bts", part, z);
    const mixed = t.einsum("bts,bsk,ok->bto", scores, z, M);
    return t.einsum("bto,oi->bti", mixed, V);
  },
});

/** What layer normalisation is made of, and reductions over several axes. */
const statistics = defineLayer({
  name: "statistics",
  inputs: { x: tensor(B, 4, K) },
  params: { scale: tensor(K), shift: tensor(K) },
  forward: ({ x, scale, shift }) => {
    const centred = t.sub(x, t.mean(x, { axis: 2, keep: true }));
    const variance = t.mean(t.mul(centred, centred), { axis: 2, keep: true });
    const normal = t.mul(centred, t.rsqrt(t.add(variance, 1e-2)));
    const range = t.sub(
      t.max(x, { axis: [1, 2], keep: true }),
      t.min(x, { axis: [1, 2], keep: true }),
    );
    return t.add(t.add(t.mul(normal, scale), shift), t.mul(range, t.mean(x, { axis: [0, 1] })));
  },
});

/** Axes in another order, repeated and made one, and positions along several of them. */
const arrangements = defineLayer({
  name: "arrangements",
  inputs: { x: tensor(B, 3, K) },
  forward: ({ x }) => {
    const turned = t.transpose(x, [2, 0, 1]);
    const twice = t.tile(turned, [1, 2, 3]);
    const flat = t.reshape(t.transpose(twice, [1, 2, 0]), [times(2, B), -1]);
    const best = t.oneHot(t.argmax(x, { axis: [1, 2] }), times(3, K));
    const least = t.oneHot(t.argmin(x, { axis: 1 }), 3);
    const chosen = t.mul(t.reshape(x, [B, times(3, K)]), best);
    const low = t.sum(t.mul(t.transpose(x, [0, 2, 1]), least), { axis: [1, 2] });
    return t.add(
      t.repeat(t.add(chosen, t.column(low)), { axis: 0, times: 2 }),
      t.sum(flat, { axis: 1, keep: true }),
    );
  },
});

/** Whole numbers with a sign: their arithmetic and order, and how they come from others and become them. */
const integers = defineLayer({
  name: "integers",
  inputs: { x: tensor(B, K), i: tensor(B, K).i32(), j: tensor(K).i32() },
  forward: ({ x, i, j }) => {
    const large = t.mul(t.sub(i, 7), 1_000_000_007);
    const parts = t.div(t.add(large, j), t.sub(t.abs(j), 3));
    const cut = t.cast(t.mul(x, -3e9), "i32");
    const low = t.minimum(t.maximum(t.neg(i), j), t.select(t.greater(i, j), 2, i));
    const words = t.cast(t.cast(t.sub(i, 5), "u32"), "i32");
    const sum = t.add(t.add(parts, t.div(cut, 1000)), t.add(low, words));
    return t.add(t.mul(x, t.cast(t.lessEqual(i, j), "f32")), t.div(t.cast(sum, "f32"), 1e9));
  },
});

/** Every layer. */
export const VOCABULARY: readonly VocabularyCase[] = [
  { declaration: activations, sizes: matrix },
  { declaration: epilogue, sizes: [{ B: 5 }, { B: 1 }] },
  { declaration: comparisons, sizes: matrix },
  { declaration: places, sizes: matrix },
  { declaration: stretches, sizes: matrix },
  { declaration: pooling, sizes: [{ B: 3 }, { B: 1 }] },
  { declaration: signals, sizes: matrix },
  { declaration: statistics, sizes: matrix },
  { declaration: arrangements, sizes: matrix },
  { declaration: integers, sizes: matrix },
  { declaration: convolution, sizes: [{ B: 3 }, { B: 1 }] },
  { declaration: channelsLast, sizes: [{ B: 2 }] },
  { declaration: transposed, sizes: [{ B: 2, K: 3 }, { B: 1, K: 8 }] },
  { declaration: sequences, sizes: [{ B: 3 }, { B: 1 }] },
];
