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

/** Every layer. */
export const VOCABULARY: readonly VocabularyCase[] = [
  { declaration: activations, sizes: matrix },
  { declaration: epilogue, sizes: [{ B: 5 }, { B: 1 }] },
  { declaration: comparisons, sizes: matrix },
  { declaration: places, sizes: matrix },
  { declaration: stretches, sizes: matrix },
  { declaration: pooling, sizes: [{ B: 3 }, { B: 1 }] },
  { declaration: signals, sizes: matrix },
];
