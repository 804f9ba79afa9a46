/**
 * Values of a graph as expressions of Python: a complete table of what each op is in PyTorch.
 *
 * @module
 */
import { parseEinsum } from "../../../dsl/einsum.ts";
import { consult, type Node, type NodeOf, type OpTable } from "../../../dsl/ops.ts";
import {
  atom,
  call,
  infix,
  type Level,
  LEVELS,
  literal,
  method,
  power,
  prefix,
  type PythonText,
  tuple,
  within,
} from "./language.ts";
import {
  expanded,
  expandedFirst,
  first,
  number,
  operandsOf,
  pointwise,
  type Rule,
  shapeArguments,
  sized,
  type Surroundings,
  type Value,
  whole,
  wrapped,
} from "./value.ts";

const operator = (sign: string, level: Level) => (node: Node, of: Surroundings): Value => {
  const operands = operandsOf(node, of);
  const [a = atom("?"), b = atom("?")] = operands;
  return pointwise(node, operands, wrapped(node, infix(sign, level, a, b), of));
};

/** Of a tensor a method, of a number a function of the module `math`. */
const method_ =
  (name: string, ofNumber = `math.${name}`) => (node: Node, of: Surroundings): Value => {
    const operand = first(node, of);
    if (operand.kind === "tensor") return pointwise(node, [operand], method(operand, name));
    if (ofNumber.startsWith("math.")) of.needs("math");
    return pointwise(node, [operand], call(ofNumber, operand.text));
  };

/** The larger or the smaller of two. */
const extreme = (name: "maximum" | "minimum") => (node: Node, of: Surroundings): Value => {
  const operands = operandsOf(node, of);
  const [a, b] = operands;
  if (a === undefined || b === undefined) throw new Error(`${name} has two operands`);
  const [tensor, limit] = a.kind === "number" ? [b, a] : [a, b];
  if (tensor.kind === "number") {
    return pointwise(node, operands, call(name === "maximum" ? "max" : "min", a.text, b.text));
  }
  const text = limit.kind === "tensor"
    ? call(`torch.${name}`, a.text, b.text)
    : name === "maximum" && Number(limit.text) === 0
    ? method(tensor, "relu")
    : method(tensor, "clamp", `${name === "maximum" ? "min" : "max"}=${limit.text}`);
  return pointwise(node, operands, text);
};

const reduction =
  (name: "sum" | "amax") => (node: NodeOf<"sum"> | NodeOf<"max">, of: Surroundings): Value => {
    const { axes } = node.attrs;
    const operand = expandedFirst(node, of);
    if (axes.length === 0) return operand;
    const [only] = axes;
    const text = axes.length === operand.rank && name === "sum"
      ? method(operand, name)
      : method(operand, name, axes.length === 1 ? `${only}` : tuple(axes.map(String)));
    return whole(node, text);
  };

/** Where the operand's element is chosen; a number beside a number would have another type. */
const select: Rule<"select"> = (node, of) => {
  const [condition, a, b] = operandsOf(node, of);
  if (condition === undefined || a === undefined || b === undefined) {
    throw new Error("select has three operands");
  }
  const operands = [condition, a, b];
  if (condition.kind === "number") {
    // Python decides, and either operand may be the result.
    const isNumber = a.kind === "number" && b.kind === "number";
    const [yes, no] = isNumber ? [a, b] : node.inputs.slice(1).map((input) => expanded(input, of));
    const text = `${within(yes ?? a, LEVELS.comparison)} if ${condition.text} else ${
      (no ?? b).text
    }`;
    const choice = { text, level: LEVELS.choice };
    return isNumber ? pointwise(node, operands, choice) : whole(node, choice);
  }
  const isConstant = a.kind === "number" && b.kind === "number" && node.dtype === "f32";
  if (isConstant) {
    of.needs("dtype");
    of.needs("device");
  }
  const yes = isConstant ? `torch.full((), ${a.text}, dtype=dtype, device=device)` : a.text;
  return pointwise(node, operands, call("torch.where", condition.text, yes, b.text));
};

const cast: Rule<"cast"> = (node, of) => {
  const operand = first(node, of);
  const from = node.inputs[0]?.dtype, to = node.dtype;
  if (from === to) return operand;
  const isNumber = operand.kind === "number";
  const text = (): PythonText => {
    if (to === "bool") return infix("!=", LEVELS.comparison, operand, atom("0"));
    if (to === "f32") {
      if (isNumber) return call("float", operand.text);
      of.needs("dtype");
      return method(operand, "to", "dtype");
    }
    if (from !== "f32" && from !== "bool") return wrapped(node, operand, of);
    if (isNumber) return call("int", operand.text);
    if (from === "bool") return method(operand, "long");
    const helper = to === "i32" ? "_to_i32" : "_to_u32";
    of.needs(helper);
    return call(helper, operand.text);
  };
  return pointwise(node, [operand], text());
};

/** A repeated value stays as it is, with axes of one element where new ones lie between its own. */
const broadcast: Rule<"broadcast"> = (node, of) => {
  const [from] = node.inputs;
  const operand = first(node, of);
  const { axes } = node.attrs;
  if (operand.kind === "number" || from === undefined) return number(node, operand);
  // The axes that the expression has, as axes of the result.
  const own = axes.slice(axes.length - operand.rank);
  const begin = own[0] ?? node.shape.length;
  const index = node.shape.slice(begin).map((_, at) => own.includes(begin + at) ? ":" : "None");
  const text = index.includes("None")
    ? atom(`${within(operand, LEVELS.atom)}[${index.join(", ")}]`)
    : operand;
  const isThin = (axis: number): boolean => {
    const at = axes.indexOf(axis);
    return at < 0 || (operand.thin[at] ?? true);
  };
  return {
    ...text,
    kind: "tensor",
    rank: index.length,
    thin: node.shape.map((_, axis) => isThin(axis)),
  };
};

const einsum: Rule<"einsum"> = (node, of) => {
  const [x, y] = node.inputs;
  if (x === undefined || y === undefined) throw new Error("einsum has two operands");
  const [a, b] = [expanded(x, of), expanded(y, of)];
  const { lhs, rhs, out } = parseEinsum(node.attrs.spec);
  const matrices = lhs.length === 2 && rhs.length === 2 && out.length === 2;
  const [row = "", column = ""] = out;
  const turned = (value: Value, is: boolean): PythonText =>
    is ? value : atom(`${within(value, LEVELS.atom)}.T`);
  const product = (
    [left, ofLeft]: readonly [Value, string],
    [right, ofRight]: readonly [Value, string],
  ): PythonText =>
    infix(
      "@",
      LEVELS.product,
      turned(left, ofLeft.startsWith(row)),
      turned(right, ofRight.endsWith(column)),
    );
  const spans = (left: string, right: string): boolean =>
    matrices && left.includes(row) && !left.includes(column) && right.includes(column) &&
    !right.includes(row);
  if (spans(lhs, rhs)) return whole(node, product([a, lhs], [b, rhs]));
  if (spans(rhs, lhs)) return whole(node, product([b, rhs], [a, lhs]));
  return whole(node, call("torch.einsum", `"${lhs},${rhs}->${out}"`, a.text, b.text));
};

const colons = (axis: number): string => ":, ".repeat(axis);

const slice: Rule<"slice"> = (node, of) => {
  const { axis, start, size, step } = node.attrs;
  const [from, count] = [sized(start, of), sized(size, of)];
  const span = step === 1 ? count : infix(
    "+",
    LEVELS.sum,
    infix("*", LEVELS.product, infix("-", LEVELS.sum, count, atom("1")), atom(String(step))),
    atom("1"),
  );
  const isFirst = from.text === "0";
  const end = isFirst ? span : infix("+", LEVELS.sum, from, span);
  const known = typeof start === "number" && typeof size === "number"
    ? String(start + (size - 1) * step + 1)
    : end.text;
  const range = `${isFirst ? "" : from.text}:${known}${step === 1 ? "" : `:${step}`}`;
  return whole(
    node,
    atom(`${within(expandedFirst(node, of), LEVELS.atom)}[${colons(axis)}${range}]`),
  );
};

const pad: Rule<"pad"> = (node, of) => {
  const { axis, before, after, value } = node.attrs;
  // The last axis comes first, each with what is before and after.
  const amounts = [
    ...Array<string>(2 * (node.shape.length - 1 - axis)).fill("0"),
    sized(before, of).text,
    sized(after, of).text,
  ];
  const filled = value === 0 ? [] : [`value=${literal(value, node.dtype === "f32").text}`];
  return whole(
    node,
    call("nn.functional.pad", expandedFirst(node, of).text, tuple(amounts), ...filled),
  );
};

const window: Rule<"window"> = (node, of) => {
  const { axis, size, stride, dilation } = node.attrs;
  const span = (size - 1) * dilation + 1;
  const windows = method(expandedFirst(node, of), "unfold", `${axis}`, `${span}`, `${stride}`);
  return whole(node, dilation === 1 ? windows : atom(`${windows.text}[..., ::${dilation}]`));
};

const overlapAdd: Rule<"overlapAdd"> = (node, of) => {
  const { axis, stride, dilation, extent } = node.attrs;
  of.needs("_overlap_add");
  const numbers = [`${axis}`, sized(extent, of).text, `${stride}`, `${dilation}`];
  return whole(node, call("_overlap_add", expandedFirst(node, of).text, ...numbers));
};

/** What each op is in PyTorch. */
const VALUES: OpTable<[Surroundings], Value> = {
  input: (node) => whole(node, atom(node.attrs.name)),
  constant: (node) => {
    const { value, dtype } = node.attrs;
    if (dtype === "bool") return number(node, atom(value === 0 ? "False" : "True"));
    return number(node, literal(value, dtype === "f32"));
  },
  size: (node, of) => number(node, sized(node.attrs.extent, of)),
  iota: (node, of) => {
    of.needs("device");
    return whole(node, call("torch.arange", sized(node.attrs.extent, of).text, "device=device"));
  },
  neg: (node, of) => {
    const operand = first(node, of);
    return pointwise(node, [operand], wrapped(node, prefix("-", operand), of));
  },
  exp: method_("exp"),
  log: method_("log"),
  sqrt: method_("sqrt"),
  tanh: method_("tanh"),
  abs: method_("abs", "abs"),
  floor: method_("floor"),
  sin: method_("sin"),
  cos: method_("cos"),
  erf: method_("erf"),
  sigmoid: (node, of) => {
    const operand = expandedFirst(node, of);
    return whole(node, method(operand, "sigmoid"));
  },
  randomBits: (node, of) => {
    const operands = operandsOf(node, of);
    of.needs("_random_bits");
    return pointwise(node, operands, call("_random_bits", ...operands.map(({ text }) => text)));
  },
  cast,
  // Gradients have been derived already.
  stopGradient: first,
  custom: first,
  add: operator("+", LEVELS.sum),
  sub: operator("-", LEVELS.sum),
  mul: operator("*", LEVELS.product),
  div: (node, of) => {
    const operands = operandsOf(node, of);
    const [a = atom("?"), b = atom("?")] = operands;
    if (node.dtype === "f32") return pointwise(node, operands, infix("/", LEVELS.product, a, b));
    of.needs("_quotient");
    return pointwise(node, operands, call("_quotient", a.text, b.text));
  },
  maximum: extreme("maximum"),
  minimum: extreme("minimum"),
  pow: (node, of) => {
    const operands = operandsOf(node, of);
    const [a = atom("?"), b = atom("?")] = operands;
    return pointwise(node, operands, power(a, b));
  },
  greater: operator(">", LEVELS.comparison),
  greaterEqual: operator(">=", LEVELS.comparison),
  equal: operator("==", LEVELS.comparison),
  notEqual: operator("!=", LEVELS.comparison),
  and: operator("&", LEVELS.and),
  or: operator("|", LEVELS.or),
  not: (node, of) => {
    const operand = first(node, of);
    // Python's word binds more loosely than signs do.
    const text = operand.kind === "number" ? atom(`(not ${operand.text})`) : prefix("~", operand);
    return pointwise(node, [operand], text);
  },
  select,
  sum: reduction("sum"),
  max: reduction("amax"),
  argmax: (node, of) =>
    whole(node, method(expandedFirst(node, of), "argmax", `${node.attrs.axis}`)),
  reshape: (node, of) =>
    whole(
      node,
      method(
        expandedFirst(node, of),
        "reshape",
        node.shape.length === 0 ? "()" : shapeArguments(node.attrs.shape, of),
      ),
    ),
  transpose: (node, of) => {
    const operand = expandedFirst(node, of);
    const { permutation } = node.attrs;
    if (permutation.join() === "1,0") {
      return whole(node, atom(`${within(operand, LEVELS.atom)}.T`));
    }
    return whole(node, method(operand, "permute", permutation.join(", ")));
  },
  broadcast,
  tile: (node, of) =>
    whole(node, method(expandedFirst(node, of), "repeat", shapeArguments(node.attrs.repeats, of))),
  slice,
  pad,
  concatenate: (node, of) => {
    const parts = node.inputs.map((input) => expanded(input, of).text);
    return whole(node, call("torch.cat", tuple(parts), `${node.attrs.axis}`));
  },
  window,
  overlapAdd,
  gather: (node, of) => {
    const [table, index] = node.inputs.map((input) => expanded(input, of));
    if (table === undefined || index === undefined) throw new Error("gather has two operands");
    return whole(node, atom(`${within(table, LEVELS.atom)}[${index.text}]`));
  },
  einsum,
};

/** A node as an expression of its operands. */
export function valueOf(node: Node, of: Surroundings): Value {
  return consult(VALUES, node, of);
}
