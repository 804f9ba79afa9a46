/**
 * The prediction of a model as a file of ONNX. Parameters are inputs of its graph, which `deno task export` makes
 * constants of.
 *
 * @module
 */
import proto, { type onnx } from "onnx-proto";
import { type Extent, factors, showExtent } from "../../../dsl/dim.ts";
import { DeclarationError } from "../../../dsl/errors.ts";
import type { ModelDeclaration } from "../../../dsl/model.ts";
import type { Node } from "../../../dsl/ops.ts";
import { topologicalOrder } from "../../graph/graph.ts";
import { valueName } from "../../programs/names.ts";
import { inMode, leafName } from "../../programs/programs.ts";
import { separateResults } from "../../programs/separate.ts";
import { withPlainValues } from "../../programs/plain_values.ts";
import { rewrite } from "../../rewrite/engine.ts";
import { RULES } from "../../rewrite/rules/mod.ts";
import { GraphWriter, TYPES } from "./graph_writer.ts";
import { expanded, type Surroundings, typeOf, type Value, valueOf } from "./values.ts";

/** The set of operators that files here ask for, of 2021. */
export const OPSET = 17;
/** The form of files that belongs to it. */
const IR_VERSION = 8;

/**
 * The file's bytes.
 *
 * @throws {DeclarationError} naming the op that ONNX has no operator for
 */
export function modelFile(model: ModelDeclaration): Uint8Array<ArrayBuffer> {
  const used = inMode("inference", model);
  const results = [...used.outputs].map(([name, node]) => ({ name, node }));
  const plain = withPlainValues({ name: "predict", layer: model.name, results, names: used.names });
  const graph = separateResults(rewrite(plain, RULES).graph);
  const order = topologicalOrder(graph.results.map(({ node }) => node));
  const leaves = [...model.inputs, ...model.params, ...model.state].filter((leaf) =>
    order.includes(leaf)
  );
  const writer = new GraphWriter([...leaves.map(leafName), ...results.map(({ name }) => name)]);
  const values = new Map<Node, Value>();
  const of: Surroundings = {
    graph: writer,
    operand: (node) => {
      const value = values.get(node);
      if (value === undefined) throw new Error(`${node.op} is not computed here`);
      return value;
    },
    nameOf: (node) => valueName(node, graph.names) ?? node.op,
    batchSize: sizesOf(leaves, writer),
  };
  for (const node of order) values.set(node, within(model.name, () => valueOf(node, of)));
  for (const { name, node } of graph.results) writer.result(expanded(node, of).name, name);
  return bytesOf(model, {
    name: model.name,
    node: [...writer.nodes],
    initializer: [...writer.initializers],
    input: leaves.map((leaf) => info(leafName(leaf), leaf)),
    output: graph.results.map(({ name, node }) => info(name, node)),
  });
}

function within<R>(model: string, run: () => R): R {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof DeclarationError)) throw error;
    throw new DeclarationError(`Cannot write "${model}" as ONNX: ${error.message}`);
  }
}

/** Dims that runs choose, as the sizes of inputs that have them; each is asked for once. */
function sizesOf(leaves: readonly Node[], writer: GraphWriter): Surroundings["batchSize"] {
  const known = new Map<string, string>();
  return (dim) => {
    const found = known.get(dim) ?? sizeOf(dim, leaves, writer);
    known.set(dim, found);
    return found;
  };
}

function sizeOf(dim: string, leaves: readonly Node[], writer: GraphWriter): string {
  for (const leaf of leaves) {
    const axis = leaf.shape.findIndex((extent) =>
      typeof extent !== "number" && extent.name === dim
    );
    if (axis < 0) continue;
    const shape = writer.add("Shape", [leafName(leaf)]);
    return writer.add("Gather", [shape, writer.list([axis])], { axis: 0 }, `size_${dim}`);
  }
  throw new DeclarationError(`no input tells the size of ${dim}`);
}

function info(name: string, node: Node): onnx.IValueInfoProto {
  const dim = (extent: Extent) =>
    factors(extent).symbols.length === 0
      ? { dimValue: factors(extent).coefficient }
      : { dimParam: showExtent(extent) };
  return {
    name,
    type: { tensorType: { elemType: TYPES[typeOf(node)], shape: { dim: node.shape.map(dim) } } },
  };
}

function bytesOf(
  { name, doc }: ModelDeclaration,
  graph: onnx.IGraphProto,
): Uint8Array<ArrayBuffer> {
  const message = proto.onnx.ModelProto.create({
    irVersion: IR_VERSION,
    producerName: "tilewright",
    docString: doc === "" ? name : doc,
    opsetImport: [{ domain: "", version: OPSET }],
    graph,
  });
  // A copy of its own: encoders write into larger memory.
  return new Uint8Array(proto.onnx.ModelProto.encode(message).finish());
}
