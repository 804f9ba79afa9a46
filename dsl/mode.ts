/**
 * What differs between training and use.
 *
 * @module
 */
import { broadcastTo } from "./elementwise.ts";
import type { Shape } from "./dim.ts";
import { handle, nodeOf, type Tensor } from "./handle.ts";
import { make } from "./intern.ts";
import type { Node } from "./ops.ts";

/**
 * True in programs that train. It is no tensor of a program: each program knows which of the two it is, and
 * only the one side of a choice is left in it.
 */
export const TRAINING: Node = make("input", {
  name: "training",
  role: "scalar",
  shape: [],
  dtype: "bool",
});

/**
 * `inTraining` in a training step, `otherwise` where a model predicts or is evaluated.
 *
 * ```ts
 * import { dim, input, mul, whenTraining } from "./mod.ts";
 * const x = input("x", [dim("B")]);
 * const y = whenTraining(mul(x, 2), x);
 * if (y.shape.length !== 1) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if the two differ in shape or element type
 */
export function whenTraining<S extends Shape>(
  inTraining: Tensor<S, "f32">,
  otherwise: Tensor<NoInfer<S>, "f32">,
): Tensor<S, "f32"> {
  const [a, b] = [nodeOf("choose", inTraining), nodeOf("choose", otherwise)];
  return handle(make("select", {}, [broadcastTo(TRAINING, a.shape), a, b]));
}
