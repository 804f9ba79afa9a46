/** Layers as code generation reads them. @module */
import { withGradients } from "./custom_gradient.ts";
import type { DimValues } from "./dim.ts";
import type { Node } from "./ops.ts";
import type { Provenances } from "./provenance.ts";

/** A traced declaration: graphs over named leaves. */
export interface LayerDeclaration {
  /** Tells layers from other declarations. */
  readonly kind: "layer";
  /** Names the generated folder and files. */
  readonly name: string;
  /** What it computes, for the generated documents. */
  readonly doc: string;
  /** The leaves that a caller gives. */
  readonly inputs: readonly Node[];
  /** The leaves that are trained. */
  readonly params: readonly Node[];
  /** The leaves that are kept from step to step. */
  readonly state: readonly Node[];
  /** The result of `forward`. */
  readonly output: Node;
  /** The new values of states after a training step, by name. */
  readonly update: ReadonlyMap<string, Node>;
  /** The leaf that stands for the gradient of the result in `backward`. */
  readonly outputGradient: Node;
  /** Hand-written gradients by the name of the tensor they belong to. */
  readonly backward: ReadonlyMap<string, Node>;
  /** Why `backward` is meant to differ from the derivatives. */
  readonly unverified?: string;
  /** Sizes to count operations with, and to choose schedules for. */
  readonly typical: DimValues;
  /** Where in the source its values were written. */
  readonly provenances: Provenances;
}

/** The result of a layer, with the gradients that its author gives. */
export function outputOf(layer: LayerDeclaration): Node {
  if (layer.backward.size === 0) return layer.output;
  const operands = [...layer.inputs, ...layer.params].flatMap((node) =>
    node.op === "input" ? [{ name: node.attrs.name, node }] : []
  );
  return withGradients({
    name: layer.name,
    value: layer.output,
    operands,
    gradients: operands.map(({ name }) => layer.backward.get(name)),
    gy: layer.outputGradient,
    unverified: layer.unverified,
  });
}
