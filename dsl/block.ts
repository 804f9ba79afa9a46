/**
 * Parts of models: functions of tensors with layers of their own.
 *
 * @module
 */
import type { Shape } from "./dim.ts";
import { DeclarationError, showValue, within } from "./errors.ts";
import { handle, nodeOf, returnedNode, type Tensor } from "./handle.ts";
import { checkName } from "./names.ts";
import { applyInScope } from "./tracing.ts";

/**
 * A part of a model. The parameters of its layers are named below it, as in `encoder.l1.W`. Applied twice
 * it shares them; for parameters of its own, another part needs another name.
 *
 * ```ts
 * import { adam, block, add, defineModel, dim, linear, relu, softmaxCrossEntropy, tensor } from "./mod.ts";
 * const residual = (name: string) =>
 *   block(name, (x) => add(x, relu()(linear({ O: 64 })(x))));
 * const B = dim("B");
 * const model = defineModel({
 *   name: "residual_net",
 *   inputs: { x: tensor(B, 64), label: tensor(B).u32() },
 *   forward: ({ x }) => linear({ O: 10 })(residual("second")(residual("first")(x))),
 *   loss: softmaxCrossEntropy,
 *   optimizer: adam(),
 * });
 * if (model.params.length !== 6) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if the name cannot be used; where it is applied, if another part of the same
 * model has the name
 */
export function block<X extends readonly Tensor<Shape, "f32">[], Y extends Tensor>(
  name: string,
  forward: (...operands: X) => Y,
): (...operands: X) => Y;
/** The same with operands of other element types; their types are written out. */
export function block<X extends readonly Tensor[], Y extends Tensor>(
  name: string,
  forward: (...operands: X) => Y,
): (...operands: X) => Y;
export function block<X extends readonly Tensor[], Y extends Tensor>(
  name: string,
  forward: (...operands: X) => Y,
): (...operands: X) => Y {
  if (typeof name !== "string" || typeof forward !== "function") {
    throw new DeclarationError(
      `Cannot declare a block from ${showValue(name)} and ${
        showValue(forward)
      }: wanted a name and a function; write block("encoder", (x) => relu()(x))`,
    );
  }
  checkName(name, "a block");
  const part = (...operands: X): Y => {
    for (const each of operands) nodeOf(`apply block "${name}" to`, each);
    return within(name, () =>
      applyInScope(part, name, () => {
        const y = forward(...operands);
        // A handle on the very node that `forward` returned, which is a `Y`.
        return handle(returnedNode(`block "${name}"`, y)) as Y;
      }));
  };
  return part;
}
