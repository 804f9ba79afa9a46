/**
 * Small convolution networks as a user would write them, with the channels of images first or last, for
 * tests on every backend.
 *
 * @module
 */
import {
  accuracy,
  adam,
  defineLayer,
  defineModel,
  dim,
  type Initial,
  type Layer,
  linear,
  type ModelDeclaration,
  type OptimizerDeclaration,
  softmaxCrossEntropy,
  tensor,
  zeros,
} from "../../dsl/mod.ts";
import * as t from "../../dsl/tensor.ts";

/** Where the channels of an image are among its axes. */
export const LAYOUTS = ["channelsFirst", "channelsLast"] as const;

/** One of {@linkcode LAYOUTS}. */
export type Layout = typeof LAYOUTS[number];

/** The sizes of an image. */
export interface Image {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** A convolution: how many channels it makes, and how its windows lie along both axes of an image. */
export interface Convolution {
  readonly channels: number;
  readonly size: number;
  readonly pad?: number;
  readonly stride?: number;
  readonly dilation?: number;
  /** Parts of the channels that do not mix. */
  readonly groups?: number;
}

const B = dim("B");

type Image4 = t.Tensor<readonly [typeof B, number, number, number], "f32">;
type Image5 = t.Tensor<readonly [typeof B, number, number, number, number], "f32">;

/** Standard deviation 1/√fan, for a sum of so many products. */
const normal = (fan: number) => (): Initial => ({
  kind: "normal",
  mean: 0,
  std: 1 / Math.sqrt(fan),
});

function padded(x: Image4, axes: readonly [number, number], by: number, value = 0): Image4 {
  if (by === 0) return x;
  return axes.reduce((y: Image4, axis) => {
    const { node } = t.pad(y, { axis, before: by, after: by, value });
    return t.handle(node);
  }, x);
}

/** y[b,o,i,j] = b[o] + Σ_cpq x[b, c, i·s + p·d − pad, j·s + q·d − pad] · W[o,c,p,q]; channels first or last. */
export function convolution(
  name: string,
  layout: Layout,
  image: Image,
  options: Convolution,
): Layer {
  return layout === "channelsFirst"
    ? channelsFirst(name, image, options)
    : channelsLast(name, image, options);
}

function channelsFirst(name: string, { channels: C, height, width }: Image, options: Convolution) {
  const { channels: O, size, pad = 0, stride = 1, dilation = 1, groups = 1 } = options;
  return defineLayer({
    name,
    inputs: { x: tensor(B, C, height, width) },
    params: {
      W: tensor(O, C / groups, size, size).init(normal((C / groups) * size ** 2)),
      b: tensor(O).init(zeros()),
    },
    forward: ({ x, W, b }) => {
      const steps = { size, stride, dilation };
      const border: Image4 = padded(t.handle(x.node), [2, 3], pad);
      const windows = t.window(t.window(border, { axis: 2, ...steps }), { axis: 3, ...steps });
      const bias = t.reshape(b, [O, 1, 1]);
      if (groups === 1) return t.add(t.einsum("bchwij,ocij->bohw", windows, W), bias);
      const [, , H, V] = windows.shape;
      const split = t.reshape(windows, [B, groups, C / groups, H, V, size, size]);
      const weights = t.reshape(W, [groups, O / groups, C / groups, size, size]);
      const y = t.einsum("bgchwij,gocij->bgohw", split, weights);
      return t.add(t.reshape(y, [B, O, H, V]), bias);
    },
    typical: { B: 100 },
  });
}

function channelsLast(name: string, { channels: C, height, width }: Image, options: Convolution) {
  const { channels: O, size, pad = 0, stride = 1, dilation = 1, groups = 1 } = options;
  return defineLayer({
    name,
    inputs: { x: tensor(B, height, width, C) },
    params: {
      W: tensor(O, size, size, C / groups).init(normal((C / groups) * size ** 2)),
      b: tensor(O).init(zeros()),
    },
    forward: ({ x, W, b }) => {
      const steps = { size, stride, dilation };
      const border: Image4 = padded(t.handle(x.node), [1, 2], pad);
      const windows = t.window(t.window(border, { axis: 1, ...steps }), { axis: 2, ...steps });
      if (groups === 1) return t.add(t.einsum("bhwcij,oijc->bhwo", windows, W), b);
      const [, H, V] = windows.shape;
      const split = t.reshape(windows, [B, H, V, groups, C / groups, size, size]);
      const weights = t.reshape(W, [groups, O / groups, size, size, C / groups]);
      const y = t.einsum("bhwgcij,goijc->bhwgo", split, weights);
      return t.add(t.reshape(y, [B, H, V, O]), b);
    },
    typical: { B: 100 },
  });
}

/** The largest of each square of `size` by `size`; what is left over at the ends is dropped. */
function maxPool(x: t.Tensor, layout: Layout, size: number): t.Tensor {
  const [h, w] = layout === "channelsFirst" ? [2, 3] as const : [1, 2] as const;
  const image: Image4 = t.handle(x.node);
  const rows: Image5 = t.handle(t.window(image, { axis: h, size, stride: size }).node);
  return t.max(t.window(rows, { axis: w, size, stride: size }), { axis: [4, 5] });
}

/** A layer of a network: a convolution with a rectifier, and squares to take the largest of, if any. */
export interface Stage extends Convolution {
  readonly pool?: number;
}

/** Convolutions, then an ordinary layer to `classes`. */
export interface Network {
  readonly name: string;
  readonly layout: Layout;
  readonly image: Image;
  readonly stages: readonly Stage[];
  readonly classes: number;
  readonly optimizer?: OptimizerDeclaration;
}

/** The sizes of what a stage gives. */
function sizesAfter(image: Image, stage: Stage): Image {
  const { channels, size, pad = 0, stride = 1, dilation = 1, pool = 1 } = stage;
  const count = (extent: number): number =>
    Math.floor((extent + 2 * pad - (size - 1) * dilation - 1) / stride) + 1;
  const pooled = (extent: number): number => Math.floor(count(extent) / pool);
  return { channels, height: pooled(image.height), width: pooled(image.width) };
}

/** A classifier of images. */
export function convolutionalModel(network: Network): ModelDeclaration {
  const { name, layout, image, stages, classes, optimizer = adam() } = network;
  const shape = ({ channels, height, width }: Image) =>
    layout === "channelsFirst"
      ? [channels, height, width] as const
      : [height, width, channels] as const;
  return defineModel({
    name,
    inputs: { x: tensor(B, ...shape(image)), label: tensor(B).u32() },
    forward: ({ x }) => {
      let now = image;
      let y: t.Tensor = x;
      stages.forEach((stage, i) => {
        y = t.maximum(convolution(`conv${i + 1}`, layout, now, stage)()(y), 0);
        if (stage.pool !== undefined) y = maxPool(y, layout, stage.pool);
        now = sizesAfter(now, stage);
      });
      const features = now.channels * now.height * now.width;
      return linear({ I: features, O: classes })(t.reshape(y, [B, features]));
    },
    loss: softmaxCrossEntropy,
    metrics: { accuracy },
    optimizer,
    typical: { B: 100 },
  });
}
