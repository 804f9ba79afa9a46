/**
 * A layer as the text of a spec: what a user would write to declare it, to be pasted into a file or a test.
 * What no word of the language makes, such as a transpose of three axes of whole numbers, is made by its op.
 *
 * @module
 */
import type { LayerDeclaration } from "../../dsl/declare.ts";
import { type Extent, factors, type Shape } from "../../dsl/dim.ts";
import { consult, isElementwise, type Node, type OpTable } from "../../dsl/ops.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { dimNames } from "../programs/extents.ts";

/** The name of a value, and what it looks like beside operands of the result's shape. */
interface Names {
  readonly of: (node: Node) => string;
  /** Operands of an elementwise op: those that are repeated to the result's shape anyway, as they were. */
  readonly beside: (node: Node) => readonly string[];
}

const extentText = (extent: Extent): string => {
  const { coefficient, symbols } = factors(extent);
  const parts = coefficient === 1 && symbols.length > 0
    ? symbols
    : [String(coefficient), ...symbols];
  return parts.reduceRight((inner, outer) => `times(${outer}, ${inner})`);
};

const shapeText = (shape: Shape): string => `[${shape.map(extentText).join(", ")}]`;

/** An object literal; attributes of undefined are left out. */
function options(entries: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(entries).filter(([, value]) => value !== undefined);
  return `{ ${given.map(([name, value]) => `${name}: ${value}`).join(", ")} }`;
}

const unless = (usual: Extent, value: Extent): string | undefined =>
  value === usual ? undefined : extentText(value);

const call = (node: Node, { of }: Names, ...more: readonly string[]): string =>
  `t.${node.op}(${[...node.inputs.map(of), ...more].join(", ")})`;

const elementwise = (node: Node, { beside }: Names): string =>
  `t.${node.op}(${beside(node).join(", ")})`;

/** A comparison that may begin with a number is read from right to left. */
const comparison = (turned: string) => (node: Node, names: Names): string => {
  const [a = "", b = ""] = names.beside(node);
  return /^-?\d/.test(a) ? `t.${turned}(${b}, ${a})` : `t.${node.op}(${a}, ${b})`;
};

/** The op itself. */
const made = (node: Node, { of }: Names): string => {
  const attrs = Object.entries(node.attrs).map(([name, value]) =>
    [name, attributeText(value)] as const
  );
  const inputs = node.inputs.map((input) => `${of(input)}.node`).join(", ");
  const object = attrs.length === 0 ? "{}" : options(Object.fromEntries(attrs));
  const type = `${shapeType(node.shape)}, "${node.dtype}"`;
  return `t.handle<${type}>(make("${node.op}", ${object}, [${inputs}]))`;
};

/** A shape as a type. */
function shapeType(shape: Shape): string {
  const extents = shape.map((each) => typeof each === "number" ? each : `Dim<"${each.name}">`);
  return `readonly [${extents.join(", ")}]`;
}

function attributeText(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(attributeText).join(", ")}]`;
  if (typeof value === "object" && value !== null && "name" in value) {
    return extentText({ name: String(value.name) });
  }
  return numberText(Number(value));
}

const numberText = (value: number): string => Object.is(value, -0) ? "-0" : String(value);

const reduction = (node: Node & { readonly op: "sum" | "max" }, names: Names): string => {
  const { axes } = node.attrs;
  return call(node, names, options({ axis: axes.length === 1 ? axes[0] : attributeText(axes) }));
};

const LABELS = "abcdefghijklmnopqrstuvwxyz";

const TEXT: OpTable<[Names], string> = {
  input: ({ attrs }) => attrs.name,
  constant: (node, names) =>
    node.dtype === "f32" ? `t.constant(${numberText(node.attrs.value)})` : made(node, names),
  size: ({ attrs }) => `t.size(${extentText(attrs.extent)})`,
  iota: ({ attrs }) => `t.iota(${extentText(attrs.extent)})`,
  neg: call,
  exp: call,
  log: call,
  sqrt: call,
  tanh: call,
  abs: call,
  floor: call,
  sin: call,
  cos: call,
  erf: call,
  sigmoid: call,
  randomBits: made,
  cast: (node, names) => call(node, names, JSON.stringify(node.attrs.dtype)),
  stopGradient: call,
  custom: made,
  add: elementwise,
  sub: elementwise,
  mul: elementwise,
  div: elementwise,
  maximum: elementwise,
  minimum: elementwise,
  pow: elementwise,
  greater: comparison("less"),
  greaterEqual: comparison("lessEqual"),
  // These have no other way to be read: their operands stand as they are.
  equal: call,
  notEqual: call,
  and: call,
  or: call,
  not: call,
  select: (node, names) => node.dtype === "f32" ? elementwise(node, names) : made(node, names),
  sum: reduction,
  max: reduction,
  argmax: (node, names) => call(node, names, options({ axis: node.attrs.axis })),
  reshape: (node, names) => call(node, names, shapeText(node.attrs.shape)),
  transpose: (node, names) => {
    const { permutation } = node.attrs;
    if (permutation.every((axis, i) => axis === i)) return made(node, names);
    if (permutation.length === 2) return call(node, names);
    if (node.dtype !== "f32") return made(node, names);
    const from = LABELS.slice(0, permutation.length);
    const to = permutation.map((axis) => from[axis]).join("");
    return `t.einsum("${from}->${to}", ${node.inputs.map(names.of).join()})`;
  },
  broadcast: made,
  tile: (node, names) =>
    node.shape.length === 2 && node.dtype !== "bool"
      ? call(node, names, shapeText(node.attrs.repeats))
      : made(node, names),
  slice: (node, names) => {
    const { axis, start, size, step } = node.attrs;
    const more = { start: unless(0, start), size: extentText(size), step: unless(1, step) };
    return call(node, names, options({ axis, ...more }));
  },
  pad: (node, names) => {
    const { axis, before, after, value } = node.attrs;
    const more = { before: unless(0, before), after: unless(0, after) };
    const filled = value === 0 && !Object.is(value, -0) ? undefined : numberText(value);
    return call(node, names, options({ axis, ...more, value: filled }));
  },
  concatenate: (node, { of }) =>
    `t.concatenate([${node.inputs.map(of).join(", ")}], ${options({ axis: node.attrs.axis })})`,
  window: (node, names) => {
    const { axis, size, stride, dilation } = node.attrs;
    const steps = { stride: unless(1, stride), dilation: unless(1, dilation) };
    return call(node, names, options({ axis, size, ...steps }));
  },
  overlapAdd: (node, names) => {
    const { axis, extent, stride, dilation } = node.attrs;
    const steps = { stride: unless(1, stride), dilation: unless(1, dilation) };
    return call(node, names, options({ axis, extent: extentText(extent), ...steps }));
  },
  gather: call,
  einsum: (node, { of }) => `t.einsum("${node.attrs.spec}", ${node.inputs.map(of).join(", ")})`,
};

/** What an operand was before it was repeated, where the language would repeat it to the result's shape. */
function repeated(operand: Node): Node | undefined {
  const [inner] = operand.inputs;
  if (operand.op !== "broadcast" || inner === undefined) return undefined;
  const first = operand.shape.length - inner.shape.length;
  const isTrailing = first > 0 && operand.attrs.axes.every((axis, i) => axis === first + i);
  return isTrailing && !inner.shape.includes(1) ? inner : undefined;
}

/** For each operand of an elementwise op, what its text stands for: a node, or a number. */
function operandsOf(node: Node): readonly (Node | number)[] {
  // The condition of a choice, and an operand that shows the others the shape, stay whole.
  const whole = node.op === "select"
    ? node.inputs[0]
    : node.inputs.find((each) => repeated(each) === undefined && each.op !== "constant") ??
      node.inputs[0];
  return node.inputs.map((operand) => {
    const inner = operand === whole ? operand : repeated(operand) ?? operand;
    if (operand === whole || inner.op !== "constant") return inner;
    return typeOfNumber(node) === inner.dtype ? inner.attrs.value : operand;
  });
}

/** The element type that the language gives a number beside the operands of a node. */
function typeOfNumber({ op, inputs }: Node): string {
  const branches = op === "select" ? inputs.slice(1) : inputs;
  const other = branches.find((each) => (repeated(each) ?? each).op !== "constant");
  return other?.dtype === "u32" ? "u32" : "f32";
}

/** True for what is written with operands as they were before they were repeated, and with numbers. */
function showsOperands(node: Node): boolean {
  return isElementwise(node) &&
    !["equal", "notEqual", "and", "or", "randomBits"].includes(node.op) &&
    !(node.op === "select" && node.dtype !== "f32");
}

/** The operands that need a name. */
function namedOperands(node: Node): readonly Node[] {
  return showsOperands(node)
    ? operandsOf(node).filter((each) => typeof each !== "number")
    : node.inputs;
}

/** The nodes that stand in lines of their own, operands before users. */
function linesOf(output: Node): readonly Node[] {
  const order: Node[] = [];
  const visit = (node: Node): void => {
    if (order.includes(node)) return;
    namedOperands(node).forEach(visit);
    order.push(node);
  };
  visit(output);
  return order.filter((node) => node.op !== "input");
}

/** The declaration of a layer, without imports. */
export function specText({ name, inputs, params, output }: LayerDeclaration): string {
  const names = new Map<Node, string>();
  const text: Names = {
    of: (node) => node.op === "input" ? node.attrs.name : names.get(node) ?? "",
    beside: (node) =>
      operandsOf(node).map((each) => typeof each === "number" ? numberText(each) : text.of(each)),
  };
  const lines = linesOf(output).map((node, i) => {
    const line = consult(TEXT, node, text);
    names.set(node, `v${i + 1}`);
    return `    const v${i + 1} = ${line};`;
  });
  const leaves = [...inputs, ...params];
  const dims = dimNames(topologicalOrder([output])).map((each) => `${each} = dim("${each}")`);
  return [
    ...(dims.length === 0 ? [] : [`const ${dims.join(", ")};`]),
    "export const layer = defineLayer({",
    `  name: "${name}",`,
    `  inputs: { ${inputs.map(leafText).join(", ")} },`,
    ...(params.length === 0 ? [] : [`  params: { ${params.map(leafText).join(", ")} },`]),
    `  forward: ({ ${leaves.map(text.of).join(", ")} }) => {`,
    ...lines,
    `    return ${text.of(output)};`,
    "  },",
    "});",
  ].join("\n");
}

function leafText(leaf: Node): string {
  if (leaf.op !== "input") return "";
  const { name, shape, dtype, sparse } = leaf.attrs;
  const words = `${dtype === "u32" ? ".u32()" : ""}${sparse ? ".sparse()" : ""}`;
  return `${name}: tensor(${shape.map(extentText).join(", ")})${words}`;
}

/** The imports that a printed spec needs, from a folder that holds the language. */
export function specImports(dsl: string): string {
  return [
    `import { defineLayer, type Dim, dim, tensor, times } from "${dsl}/mod.ts";`,
    `import { make } from "${dsl}/intern.ts";`,
    `import * as t from "${dsl}/tensor.ts";`,
  ].join("\n");
}
