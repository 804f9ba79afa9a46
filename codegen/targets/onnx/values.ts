/**
 * Values of a graph as operators of ONNX (https://onnx.ai/onnx/operators/, opset 17): a complete table of what each
 * op is, or that ONNX has no such thing.
 *
 * A value that is repeated along an axis stays as small as it is wherever ONNX repeats it by itself.
 *
 * @module
 */
import { type Extent, factors, type Shape } from "../../../dsl/dim.ts";
import { parseEinsum } from "../../../dsl/einsum.ts";
import { DeclarationError } from "../../../dsl/errors.ts";
import { consult, type Node, type NodeOf, type OpKind, type OpTable } from "../../../dsl/ops.ts";
import type { Attributes, ElementType, GraphWriter } from "./graph_writer.ts";

/** A value in the graph. */
export interface Value {
  readonly name: string;
  /** By axis, whether it has one element there, which stands for all. */
  readonly thin: readonly boolean[];
}

/** What values ask of the graph that they stand in. */
export interface Surroundings {
  readonly graph: GraphWriter;
  readonly operand: (node: Node) => Value;
  /** A readable name for the result of a node. */
  readonly nameOf: (node: Node) => string;
  /** The dim that each run chooses, as a value of shape [1]. */
  readonly batchSize: (dim: string) => string;
}

/** The type of elements, of whole numbers with more bits than they need. */
export const typeOf = (node: Node): ElementType =>
  node.dtype === "f32" ? "float" : node.dtype === "bool" ? "bool" : "int64";

const full = (node: Node, name: string): Value => ({ name, thin: node.shape.map(() => false) });

const numbersIn = (shape: Shape): readonly number[] | undefined =>
  shape.every((extent) => typeof extent === "number") ? shape : undefined;

/** An extent as a value of shape [1]. */
function sized(extent: Extent, { graph, batchSize }: Surroundings): string {
  const { coefficient, symbols } = factors(extent);
  const number = graph.list([coefficient]);
  return symbols.reduce((product, symbol) => {
    const size = batchSize(symbol);
    return product === graph.list([1]) ? size : graph.add("Mul", [product, size]);
  }, number);
}

/** A shape as a list. */
function shapeValue(shape: Shape, of: Surroundings): string {
  const numbers = numbersIn(shape);
  if (numbers !== undefined) return of.graph.list(numbers);
  return of.graph.add("Concat", shape.map((extent) => sized(extent, of)), { axis: 0 }, "shape");
}

/** An operand of its whole shape. */
export function expanded(node: Node, of: Surroundings): Value {
  const value = of.operand(node);
  if (!value.thin.includes(true)) return value;
  const shape = node.shape.map((extent, axis) => value.thin[axis] ? extent : 1);
  return full(node, of.graph.add("Expand", [value.name, shapeValue(shape, of)]));
}

const firstOf = (node: Node): Node => node.inputs[0] ?? node;

/** An operator of elements at the same index. */
const pointwise = (opType: string) => (node: Node, of: Surroundings): Value => {
  const operands = node.inputs.map(of.operand);
  return {
    name: of.graph.add(opType, operands.map(({ name }) => name), {}, of.nameOf(node)),
    thin: node.shape.map((_, axis) => operands.every(({ thin }) => thin[axis] ?? true)),
  };
};

/** An operator of whole operands, with further inputs. */
function whole(
  node: Node,
  opType: string,
  of: Surroundings,
  more: readonly string[] = [],
  attributes: Attributes = {},
): Value {
  const operands = node.inputs.map((input) => expanded(input, of).name);
  return full(node, of.graph.add(opType, [...operands, ...more], attributes, of.nameOf(node)));
}

const refused = (what: string) => (_: Node): never => {
  throw new DeclarationError(`ONNX has no operator for ${what}`);
};

/** Whole numbers that wrap around at 32 bits would have other values. */
const arithmetic = (opType: string) => (node: Node, of: Surroundings): Value =>
  node.dtype === "u32" || node.dtype === "i32"
    ? refused(`${node.op} of whole numbers that wrap around`)(node)
    : pointwise(opType)(node, of);

const broadcast = (node: NodeOf<"broadcast">, of: Surroundings): Value => {
  const from = firstOf(node);
  const operand = of.operand(from);
  const { axes } = node.attrs;
  const fresh = node.shape.flatMap((_, axis) => axes.includes(axis) ? [] : [axis]);
  const name = fresh.length === 0
    ? operand.name
    : of.graph.add("Unsqueeze", [operand.name, of.graph.list(fresh)]);
  const isThin = (axis: number): boolean => {
    const at = axes.indexOf(axis);
    return at < 0 || (operand.thin[at] ?? true);
  };
  return { name, thin: node.shape.map((_, axis) => isThin(axis)) };
};

/** One axis at most may be left to be counted. */
function reshape(node: NodeOf<"reshape">, of: Surroundings): Value {
  const { shape } = node.attrs;
  const open = shape.filter((extent) => typeof extent !== "number").length;
  const list = open > 1
    ? shapeValue(shape, of)
    : of.graph.list(shape.map((extent) => typeof extent === "number" ? extent : -1));
  return whole(node, "Reshape", of, [list]);
}

function slice(node: NodeOf<"slice">, of: Surroundings): Value {
  const { axis, start, size, step } = node.attrs;
  if (typeof start !== "number" || typeof size !== "number") {
    return refused("a part whose size depends on the batch")(node);
  }
  const range = [[start], [start + (size - 1) * step + 1], [axis], [step]];
  return whole(node, "Slice", of, range.map((each) => of.graph.list(each)));
}

function pad(node: NodeOf<"pad">, of: Surroundings): Value {
  const { axis, before, after, value } = node.attrs;
  if (typeof before !== "number" || typeof after !== "number") {
    return refused("padding whose size depends on the batch")(node);
  }
  const amounts = [before, after].flatMap((amount) =>
    node.shape.map((_, at) => at === axis ? amount : 0)
  );
  return whole(node, "Pad", of, [of.graph.list(amounts), of.graph.constant([value], typeOf(node))]);
}

/** Windows are gathered by their places: the axis becomes two, of which the second goes to the end. */
function window(node: NodeOf<"window">, of: Surroundings): Value {
  const { axis, size, stride, dilation } = node.attrs;
  const count = node.shape[axis];
  if (typeof count !== "number") return refused("windows over the batch")(node);
  const places = Array.from(
    { length: count * size },
    (_, at) => Math.floor(at / size) * stride + at % size * dilation,
  );
  const index = of.graph.constant(places, "int64", [count, size]);
  const gathered = of.graph.add("Gather", [expanded(firstOf(node), of).name, index], { axis });
  const axes = node.shape.map((_, at) => at);
  // In the gathered value, the elements of a window follow their window's axis.
  const perm = axes.map((at) => at === axes.length - 1 ? axis + 1 : at <= axis ? at : at + 1);
  return full(node, of.graph.add("Transpose", [gathered], { perm }, of.nameOf(node)));
}

function einsum(node: NodeOf<"einsum">, of: Surroundings): Value {
  const { lhs, rhs, out } = parseEinsum(node.attrs.spec);
  return whole(node, "Einsum", of, [], { equation: `${lhs},${rhs}->${out}` });
}

function cast(node: NodeOf<"cast">, of: Surroundings): Value {
  const from = firstOf(node);
  if (from.dtype === node.dtype) return of.operand(from);
  if (from.dtype === "f32" && node.dtype !== "bool") {
    return refused("a cast of floats to whole numbers")(node);
  }
  const operand = of.operand(from);
  const to = { float: 1, int64: 7, bool: 9 }[typeOf(node)];
  return { ...operand, name: of.graph.add("Cast", [operand.name], { to }, of.nameOf(node)) };
}

/** What each op is in ONNX. */
const VALUES: OpTable<[Surroundings], Value> = {
  input: (node) => full(node, node.attrs.name),
  constant: (node, { graph }) => full(node, graph.constant([node.attrs.value], typeOf(node))),
  size: (node, of) => {
    const size = of.graph.add("Cast", [sized(node.attrs.extent, of)], { to: 1 });
    return full(node, of.graph.add("Squeeze", [size, of.graph.list([0])]));
  },
  iota: (node, of) => {
    const { extent } = node.attrs;
    if (typeof extent !== "number") return refused("counting over the batch")(node);
    return full(node, of.graph.list(Array.from({ length: extent }, (_, at) => at)));
  },
  neg: arithmetic("Neg"),
  exp: pointwise("Exp"),
  log: pointwise("Log"),
  sqrt: pointwise("Sqrt"),
  tanh: pointwise("Tanh"),
  abs: pointwise("Abs"),
  floor: pointwise("Floor"),
  sin: pointwise("Sin"),
  cos: pointwise("Cos"),
  erf: pointwise("Erf"),
  sigmoid: pointwise("Sigmoid"),
  randomBits: refused("random bits"),
  cast,
  stopGradient: (node, of) => of.operand(firstOf(node)),
  custom: (node, of) => of.operand(firstOf(node)),
  add: arithmetic("Add"),
  sub: arithmetic("Sub"),
  mul: arithmetic("Mul"),
  div: arithmetic("Div"),
  maximum: pointwise("Max"),
  minimum: pointwise("Min"),
  pow: pointwise("Pow"),
  greater: pointwise("Greater"),
  greaterEqual: pointwise("GreaterOrEqual"),
  equal: pointwise("Equal"),
  notEqual: (node, of) => {
    const { name, thin } = pointwise("Equal")(node, of);
    return { name: of.graph.add("Not", [name]), thin };
  },
  and: pointwise("And"),
  or: pointwise("Or"),
  not: pointwise("Not"),
  select: pointwise("Where"),
  sum: (node, of) =>
    node.attrs.axes.length === 0
      ? expanded(firstOf(node), of)
      : whole(node, "ReduceSum", of, [of.graph.list(node.attrs.axes)], { keepdims: 0 }),
  max: (node, of) => whole(node, "ReduceMax", of, [], { axes: node.attrs.axes, keepdims: 0 }),
  argmax: (node, of) => whole(node, "ArgMax", of, [], { axis: node.attrs.axis, keepdims: 0 }),
  reshape,
  transpose: (node, of) => whole(node, "Transpose", of, [], { perm: node.attrs.permutation }),
  broadcast,
  tile: (node, of) => whole(node, "Tile", of, [shapeValue(node.attrs.repeats, of)]),
  slice,
  pad,
  concatenate: (node, of) => whole(node, "Concat", of, [], { axis: node.attrs.axis }),
  window,
  overlapAdd: refused("adding up windows"),
  gather: (node, of) => whole(node, "Gather", of, [], { axis: 0 }),
  einsum,
};

/** The value of a node, whose operands are there. */
export function valueOf<K extends OpKind>(node: NodeOf<K> & Node, of: Surroundings): Value {
  return consult(VALUES, node, of);
}
