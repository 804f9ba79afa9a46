/** A small model for each optimizer, so that each is compared with its formula. @module */
import {
  adam,
  adamW,
  clipGlobalNorm,
  clipValue,
  cosine,
  defineModel,
  dim,
  linear,
  type OptimizerDeclaration,
  relu,
  rmsProp,
  sgd,
  softmaxCrossEntropy,
  tensor,
} from "../dsl/mod.ts";

const B = dim("B");

/** Two layers, trained by an optimizer. */
function trainedBy(name: string, optimizer: OptimizerDeclaration) {
  return defineModel({
    name: `by_${name}`,
    doc: `two layers, trained by ${name}`,
    inputs: { x: tensor(B, 5), label: tensor(B).u32() },
    forward: ({ x }) => ({ logits: linear({ O: 3 })(relu()(linear({ O: 7 })(x))) }),
    loss: softmaxCrossEntropy,
    optimizer,
    typical: { B: 64 },
  });
}

/** Plain steps. */
export const bySgd = trainedBy("sgd", sgd({ rate: 0.1 }));
/** Steps that remember, look ahead, and let weights decay. */
export const byNesterov = trainedBy(
  "nesterov",
  sgd({ rate: 0.1, momentum: 0.9, nesterov: true, decay: 0.01 }),
);
/** Steps scaled by moments. */
export const byAdam = trainedBy("adam", adam());
/** The same with a decay beside them, a schedule and gradients of bounded norm. */
export const byAdamW = trainedBy(
  "adam_w",
  clipGlobalNorm(adamW({ alpha: cosine({ peak: 0.01, steps: 100, warmup: 10 }) }), 1),
);
/** Steps scaled by the root of a mean square, of clipped gradients. */
export const byRmsProp = trainedBy(
  "rms_prop",
  clipValue(rmsProp({ rate: 0.01, momentum: 0.5 }), 0.1),
);
