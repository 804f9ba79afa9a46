/** A transformer over characters. @module */
import {
  accuracy,
  adamW,
  add,
  block,
  clipGlobalNorm,
  cosine,
  defineLayer,
  defineModel,
  dim,
  embedding,
  gelu,
  layerNorm,
  linear,
  mean,
  multiHeadAttention,
  normal,
  type Shape,
  softmaxCrossEntropy,
  type Tensor,
  tensor,
} from "../../dsl/mod.ts";
import { CHARACTERS, PLACES } from "./sizes.ts";

const B = dim("B"), T = dim("T"), N = dim("N");
/** Features of a character, heads that attend, blocks. */
const FEATURES = 64, HEADS = 4, BLOCKS = 2;

/** y[b,t] = x[b,t] + W[t]: where a character stands. */
const places = defineLayer({
  name: "places",
  doc: "y[b,t,n] = x[b,t,n] + W[t,n]",
  inputs: { x: tensor(B, T, N) },
  params: { W: tensor(T, N).init(normal({ std: 0.02 })) },
  forward: ({ x, W }) => add(x, W),
});

/** Attention and a small network, each beside the path that x takes. */
const transformerBlock = (name: string) =>
  block(name, (x: Tensor<Shape, "f32">): Tensor<Shape, "f32"> => {
    const attend = multiHeadAttention("attention", { heads: HEADS, causal: true });
    const seen = add(x, attend(layerNorm()(x)));
    const wide = gelu()(linear({ O: 4 * FEATURES })(layerNorm()(seen)));
    return add(seen, linear({ O: FEATURES })(wide));
  });

/** Tells for each character of a text which one follows; see `text.ts` for what it reads. */
export const tinyTransformer = defineModel({
  name: "tiny_transformer",
  doc: `characters → ${FEATURES} features, ${BLOCKS} blocks of ${HEADS} heads → characters`,
  inputs: { token: tensor(B, PLACES).u32(), next: tensor(B, PLACES).u32() },
  forward: ({ token }) => {
    const characters = embedding({ V: CHARACTERS, E: FEATURES })(token);
    const blocks = Array.from({ length: BLOCKS }, (_, i) => transformerBlock(`block${i + 1}`));
    const x = blocks.reduce((y, each) => each(y), places()(characters));
    return linear({ O: CHARACTERS })(layerNorm()(x));
  },
  loss: ({ logits, next }) => mean(softmaxCrossEntropy()(logits, next), { axis: 1 }),
  metrics: { accuracy: ({ logits, next }) => mean(accuracy()(logits, next), { axis: 1 }) },
  optimizer: clipGlobalNorm(
    adamW({
      alpha: cosine({ peak: 3e-3, warmup: 100, steps: 2500, final: 1e-4 }),
      decay: { rate: 0.01, matricesOnly: true },
    }),
    1,
  ),
  typical: { B: 16 },
});
