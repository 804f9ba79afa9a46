/**
 * What a declaration says, in one number: equal for equal mathematics, whatever the compiler makes of it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { LayerDeclaration } from "../../dsl/declare.ts";
import { attributeKey, make } from "../../dsl/intern.ts";
import { outputOf } from "../../dsl/layer_declaration.ts";
import type { ModelDeclaration } from "../../dsl/model.ts";
import type { Node } from "../../dsl/ops.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { type Declaration, leafName } from "./programs.ts";

/** Values that a declaration gives a meaning to, by what they are. */
type Meanings = readonly (readonly [string, Node])[];

/**
 * The SHA-256, in hexadecimal digits, of a declaration: of its inputs, parameters and states with their shapes
 * and dtypes, what it computes from them, its loss and metrics, how parameters change, and how numbers are
 * stored. Names of values in between, documentation, first values and typical sizes make no difference, nor
 * does anything that the compiler decides.
 */
export function declarationHash(declaration: Declaration): string {
  const meanings = declaration.kind === "model"
    ? modelMeanings(declaration)
    : layerMeanings(declaration);
  const order = topologicalOrder([...leavesOf(declaration), ...meanings.map(([, node]) => node)]);
  const places = new Map(order.map((node, place) => [node, place]));
  const hash = createHash("sha256");
  for (const node of order) {
    hash.update(`${node.op} ${meaningOf(node)} ${node.inputs.map((each) => places.get(each))}\n`);
  }
  for (const [name, node] of meanings) hash.update(`${name} = ${places.get(node)}\n`);
  if (declaration.kind === "model") {
    hash.update(`half ${declaration.half}, loss scale ${declaration.lossScale}\n`);
  }
  return hash.digest("hex");
}

const leavesOf = ({ inputs, params, state }: Declaration): readonly Node[] => [
  ...inputs,
  ...params,
  ...state,
];

/** A node's attributes, without those that only give first values or promise speed. */
function meaningOf(node: Node): string {
  if (node.op !== "input") return attributeKey(node.attrs);
  const { name, role, shape, dtype, bytes = "none" } = node.attrs;
  return attributeKey({ name, role, shape, dtype, bytes });
}

const layerMeanings = (layer: LayerDeclaration): Meanings => [
  ["output", outputOf(layer)],
  ...[...layer.update].map(([name, node]) => [`update ${name}`, node] as const),
  ...[...layer.backward].map(([name, node]) => [`backward ${name}`, node] as const),
];

function modelMeanings(model: ModelDeclaration): Meanings {
  const { outputs, loss, metrics, updates, params, frozen, optimizer } = model;
  const trained = params.filter((each) => !frozen.has(each));
  // What becomes of a gradient is the optimizer's; the gradient itself follows from the loss.
  const gradients = trained.map(({ shape }, place) =>
    make("input", { name: `gradient ${place}`, role: "input", shape, dtype: "f32" })
  );
  const prepared = optimizer.prepare?.(gradients) ?? gradients;
  const changes = trained.flatMap((parameter, place) =>
    optimizer.updates(parameter, prepared[place] ?? parameter)
  );
  return [
    ...[...outputs].map(([name, node]) => [`output ${name}`, node] as const),
    ["loss", loss],
    ...[...metrics].map(([name, node]) => [`metric ${name}`, node] as const),
    ...[...updates].map(([target, node]) => [`update ${leafName(target)}`, node] as const),
    ...changes.map(({ target, value }) => [`step ${leafName(target)}`, value] as const),
  ];
}
