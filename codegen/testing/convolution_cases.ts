/**
 * Convolutions of odd sizes, steps and gaps, alone and in networks, for tests on every backend.
 *
 * @module
 */
import { defineLayer, dim, sgd, tensor } from "../../dsl/mod.ts";
import * as t from "../../dsl/tensor.ts";
import {
  type Convolution,
  convolution,
  convolutionalModel,
  type Image,
  type Layout,
  LAYOUTS,
  type Network,
} from "./convolutional_models.ts";
import type { VocabularyCase } from "./vocabulary.ts";

const B = dim("B");
const sizes = [{ B: 3 }, { B: 1 }];

const shapes: readonly (readonly [string, Image, Convolution])[] = [
  ["ordinary", { channels: 3, height: 6, width: 7 }, { channels: 10, size: 3, pad: 1 }],
  ["one_row", { channels: 3, height: 1, width: 7 }, { channels: 5, size: 3, pad: 1 }],
  ["in_steps", { channels: 4, height: 9, width: 7 }, {
    channels: 6,
    size: 3,
    pad: 1,
    stride: 2,
  }],
  ["with_gaps", { channels: 3, height: 9, width: 8 }, {
    channels: 8,
    size: 3,
    pad: 2,
    dilation: 2,
  }],
  ["steps_and_gaps", { channels: 2, height: 9, width: 11 }, {
    channels: 3,
    size: 3,
    pad: 1,
    stride: 2,
    dilation: 2,
  }],
  ["larger_steps", { channels: 2, height: 10, width: 10 }, { channels: 4, size: 2, stride: 3 }],
  ["in_groups", { channels: 6, height: 5, width: 7 }, {
    channels: 9,
    size: 3,
    pad: 1,
    groups: 3,
  }],
  ["each_alone", { channels: 8, height: 7, width: 5 }, {
    channels: 8,
    size: 3,
    pad: 1,
    groups: 8,
  }],
  ["single_elements", { channels: 12, height: 4, width: 5 }, { channels: 16, size: 1 }],
  ["few_windows", { channels: 4, height: 6, width: 5 }, { channels: 8, size: 5 }],
];

/** Each convolution with channels first and last. */
export const CONVOLUTIONS: readonly VocabularyCase[] = LAYOUTS.flatMap((layout) =>
  shapes.map(([name, image, options]): VocabularyCase => ({
    declaration: convolution(`${name}_${suffix(layout)}`, layout, image, options),
    sizes,
  }))
);

/** Sums over all places of many images, in one loop and in several: more turns than some machines count. */
export const LONG_SUMS: VocabularyCase = {
  declaration: defineLayer({
    name: "long_sums",
    inputs: { x: tensor(B, 28, 28, 8), z: tensor(B, 28, 28, 8), rows: tensor(B, 28, 32) },
    forward: ({ x, z, rows }) => {
      const windows = t.window(rows, { axis: 2, size: 5 });
      const moved = t.einsum("bpqi,bpqw->iw", x, windows);
      const all = t.add(t.einsum("bpqi,bpqj->ij", x, z), t.sum(moved, { axis: 1, keep: true }));
      // Some 80 thousand terms below 1, as small as a single one: what rounding leaves is small too.
      return t.mul(all, 0.003);
    },
    typical: { B: 100 },
  }),
  sizes: [{ B: 100 }, { B: 1 }],
};

function suffix(layout: Layout): string {
  return layout === "channelsFirst" ? "first" : "last";
}

const networks: readonly Omit<Network, "name" | "layout" | "optimizer">[] = [
  {
    image: { channels: 1, height: 12, width: 12 },
    stages: [
      { channels: 8, size: 5, pad: 2, pool: 2 },
      { channels: 16, size: 5, pad: 2, pool: 2 },
    ],
    classes: 10,
  },
  {
    image: { channels: 3, height: 11, width: 13 },
    stages: [
      { channels: 5, size: 3, pad: 1, stride: 2, pool: 2 },
      { channels: 6, size: 3, pad: 2, dilation: 2 },
    ],
    classes: 3,
  },
  {
    image: { channels: 4, height: 9, width: 7 },
    stages: [
      { channels: 8, size: 3, pad: 1, groups: 2, pool: 3 },
      { channels: 6, size: 1 },
    ],
    classes: 4,
  },
];

/** Small networks of convolutions; their step is that of plain gradient descent, which no rounding upsets. */
export const NETWORKS = LAYOUTS.flatMap((layout) =>
  networks.map((network, i) =>
    convolutionalModel({
      ...network,
      name: `network_${i + 1}_${suffix(layout)}`,
      layout,
      optimizer: sgd({ rate: 0.5 }),
    })
  )
);
