/** Puts a graph of ONNX together: operators, constants, and names for all values. @module */
import proto, { type onnx } from "onnx-proto";

/** Element types of ONNX that graphs here have. */
export const TYPES = {
  float: proto.onnx.TensorProto.DataType.FLOAT,
  int64: proto.onnx.TensorProto.DataType.INT64,
  bool: proto.onnx.TensorProto.DataType.BOOL,
} as const;

/** One of them. */
export type ElementType = keyof typeof TYPES;

/** Attributes of an operator. */
export type Attributes = Readonly<Record<string, number | string | readonly number[]>>;

/** The largest and smallest whole numbers that have meaning as ends of ranges. */
export const LAST = Number.MAX_SAFE_INTEGER;

/** A graph that grows. */
export class GraphWriter {
  readonly #nodes: onnx.INodeProto[] = [];
  readonly #initializers: onnx.ITensorProto[] = [];
  readonly #constants = new Map<string, string>();
  readonly #taken: Set<string>;

  /** @param taken names of inputs, parameters and results */
  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** The operators so far, in order. */
  get nodes(): readonly onnx.INodeProto[] {
    return this.#nodes;
  }

  /** The constants so far. */
  get initializers(): readonly onnx.ITensorProto[] {
    return this.#initializers;
  }

  /**
   * Adds an operator with one result.
   *
   * @param wanted the name of its result
   * @returns the name that it has
   */
  add(
    opType: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    wanted: string = opType.toLowerCase(),
  ): string {
    const output = this.#fresh(wanted);
    this.#nodes.push({
      opType,
      name: output,
      input: [...inputs],
      output: [output],
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    });
    return output;
  }

  /** Gives a value the very name of a result. */
  result(value: string, name: string): void {
    this.#nodes.push({ opType: "Identity", name, input: [value], output: [name] });
  }

  /** The name of a constant; equal ones are one. */
  constant(values: readonly number[], type: ElementType, dims: readonly number[] = []): string {
    const key = `${type} [${dims}] ${values.map((each) => Object.is(each, -0) ? "-0" : each)}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.#fresh("constant");
    this.#constants.set(key, name);
    this.#initializers.push({
      name,
      dims: [...dims],
      dataType: TYPES[type],
      ...(type === "float"
        ? { floatData: [...values] }
        : type === "int64"
        ? { int64Data: [...values] }
        : { int32Data: [...values] }),
    });
    return name;
  }

  /** A list of whole numbers, as operators take shapes and axes. */
  list(values: readonly number[]): string {
    return this.constant(values, "int64", [values.length]);
  }

  #fresh(wanted: string): string {
    const plain = wanted.replaceAll(/[^\w.]/g, "_");
    let name = plain;
    for (let count = 2; this.#taken.has(name); count++) name = `${plain}_${count}`;
    this.#taken.add(name);
    return name;
  }
}

const { AttributeType } = proto.onnx.AttributeProto;

function attribute(name: string, value: Attributes[string]): onnx.IAttributeProto {
  if (typeof value === "string") {
    return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  }
  if (typeof value === "number") return { name, type: AttributeType.INT, i: value };
  return { name, type: AttributeType.INTS, ints: [...value] };
}
