/** Attention. @module */
import { block } from "../block.ts";
import { defineLayer, type Layer, tensor } from "../declare.ts";
import { dim, divide, type Shape, showExtent } from "../dim.ts";
import { DeclarationError } from "../errors.ts";
import { named } from "../hints.ts";
import {
  column,
  div,
  einsum,
  exp,
  greaterEqual,
  iota,
  max,
  reshape,
  select,
  size,
  sqrt,
  stopGradient,
  sub,
  sum,
  type Tensor,
  transpose,
} from "../tensor.ts";
import { linear } from "./linear.ts";

const B = dim("B"), T = dim("T"), S = dim("S"), D = dim("D"), E = dim("E");

/**
 * y[b,t] = Σ_s w[b,t,s] · v[b,s] with w = softmax_s(q[b,t] · k[b,s] / √D), for q of shape [B, T, D], k of
 * [B, S, D] and v of [B, S, E]. With heads in front, [B, H, T, D], each attends by itself. (A. Vaswani et
 * al.: "Attention Is All You Need", 2017, equation 1.)
 */
export const attention: Layer = defineLayer({
  name: "attention",
  doc: "y = softmax(q · kᵀ / √D) · v",
  inputs: { q: tensor(B, T, D), k: tensor(B, S, D), v: tensor(B, S, E) },
  forward: ({ q, k, v }) => {
    const score = div(einsum("btd,bsd->bts", q, k), sqrt(size(D)));
    const e = exp(sub(score, stopGradient(max(score, { axis: 2, keep: true }))));
    const weights = named("weights", div(e, sum(e, { axis: 2, keep: true })));
    return einsum("bts,bse->bte", weights, v);
  },
  typical: { B: 16, T: 64, S: 64, D: 32, E: 32 },
});

/** Far below every score, and finite in f32. */
const NEVER = -1e30;

/** The same where each place t sees the places s ≤ t only, for q, k of shape [B, T, D] and v of [B, T, E]. */
export const causalAttention: Layer = defineLayer({
  name: "causal_attention",
  doc: "y = softmax(q · kᵀ / √D where s ≤ t) · v",
  inputs: { q: tensor(B, T, D), k: tensor(B, T, D), v: tensor(B, T, E) },
  forward: ({ q, k, v }) => {
    const isSeen = greaterEqual(column(iota(T)), iota(T));
    const score = select(isSeen, div(einsum("btd,bsd->bts", q, k), sqrt(size(D))), NEVER);
    const e = exp(sub(score, stopGradient(max(score, { axis: 2, keep: true }))));
    const weights = named("weights", div(e, sum(e, { axis: 2, keep: true })));
    return einsum("bts,bse->bte", weights, v);
  },
  typical: { B: 16, T: 64, D: 32, E: 32 },
});

/** Options of {@linkcode multiHeadAttention}. */
export interface MultiHeadOptions {
  /** How many heads share the features; their number must divide the features'. */
  readonly heads: number;
  /** True where each place sees only itself and those before. */
  readonly causal?: boolean;
}

/**
 * Self-attention of several heads: three linear layers make queries, keys and values of x, of shape
 * [B, T, N]; each head attends with its part of the features, and a fourth layer mixes what they give. A block
 * of the model, with its name. (A. Vaswani et al., 2017, section 3.2.2.)
 *
 * ```ts
 * import { adam, defineModel, dim, mean, multiHeadAttention, sum, tensor } from "../mod.ts";
 * const model = defineModel({
 *   name: "heads",
 *   inputs: { x: tensor(dim("B"), 8, 32) },
 *   forward: ({ x }) => multiHeadAttention("attention", { heads: 4, causal: true })(x),
 *   loss: ({ logits }) => mean(sum(logits, { axis: 2 }), { axis: 1 }),
 *   optimizer: adam(),
 * });
 * if (model.params.length !== 8) throw new Error();
 * ```
 *
 * @throws {DeclarationError} where it is applied, if the heads do not divide the features
 */
export function multiHeadAttention(
  name: string,
  { heads, causal = false }: MultiHeadOptions,
): (x: Tensor<Shape, "f32">) => Tensor<Shape, "f32"> {
  return block(name, (x: Tensor<Shape, "f32">): Tensor<Shape, "f32"> => {
    const [batch = 1, places = 1, features = 1] = x.shape;
    const own = divide(features, heads);
    if (own === undefined || x.shape.length !== 3) {
      throw new DeclarationError(
        `Cannot attend to ${
          x.shape.map(showExtent).join(", ")
        } with ${heads} heads: wanted a tensor [B, T, N] whose N is a multiple of ${heads}`,
      );
    }
    const split = (y: Tensor<Shape, "f32">): Tensor<Shape, "f32"> =>
      transpose(reshape(y, [batch, places, heads, own]), [0, 2, 1, 3]);
    const [q, k, v] = [0, 1, 2].map(() => split(linear({ O: features })(x)));
    const attend = causal ? causalAttention() : attention();
    const y = attend(q ?? x, k ?? x, v ?? x);
    const joined = reshape(transpose(y, [0, 2, 1, 3]), [batch, places, features]);
    return linear({ O: features })(joined);
  });
}
