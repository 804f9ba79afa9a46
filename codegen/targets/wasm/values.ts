/**
 * Scalar expressions as instructions: for one point, or for four neighbouring points at once.
 *
 * Among four points, whatever does not vary between them is computed once, as a single value, and
 * copied into all lanes where it meets something that does.
 *
 * @module
 */
import { type Axis, type IndexExpr, terms } from "../../kernel/index_expr.ts";
import type { Scalar, ScalarType, StorageType } from "../../kernel/kernel.ts";
import { type Access, accessOf, motion, strideAlong, uses } from "../../kernel/access.ts";
import type { FunctionBuilder } from "./function_builder.ts";
import { fromHalf } from "./half.ts";
import { SCALAR_OPS } from "./scalar_ops.ts";
import { addressOf, indexValue, type Scope } from "./scope.ts";
import { add, f32, form, get, i32, mul, type Wat } from "./wat.ts";
import { LANES, ramp, SPLAT, VECTOR_OPS, ZEROS } from "./vector_ops.ts";

/** Written instructions and what they leave on the stack. */
export interface Written {
  readonly wat: Wat;
  readonly type: ScalarType;
  readonly vector: boolean;
  /** The same value in all lanes, where one instruction does that. */
  readonly splat?: Wat;
}

/** Copies a single value into all lanes; a vector stays as it is. */
export function widen({ wat, type, vector, splat }: Written): Wat {
  return vector ? wat : splat ?? SPLAT[type](wat);
}

/** The name of an instruction of memory with its constant offset. */
export function spelled(instruction: string, offset: number): string {
  return offset === 0 ? instruction : `${instruction} offset=${offset}`;
}

/** An instruction of memory with its constant offset. */
export function memory(instruction: string, offset: number, ...items: readonly Wat[]): Wat {
  return form(spelled(instruction, offset), ...items);
}

/** Makes a value of what an instruction loads. */
type Loading = (load: (instruction: string) => Wat, fn: FunctionBuilder) => Wat;

/** How an element is loaded: alone, with its three neighbours, and alone into all four lanes. */
interface Load {
  readonly single: Loading;
  readonly four: Loading;
  readonly splat?: Loading;
  /** Loads one into the first lane, and the others are 0, where one instruction does that. */
  readonly first?: string;
  /** Loads one into a lane of those that are loaded. */
  readonly lane: string;
  /** Makes the values of four that were loaded into lanes one by one. */
  readonly ofLanes: (lanes: Wat, fn: FunctionBuilder) => Wat;
}

const word = (type: "f32" | "i32"): Load => ({
  single: (load) => load(`${type}.load`),
  four: (load) => load("v128.load"),
  splat: (load) => load("v128.load32_splat"),
  first: "v128.load32_zero",
  lane: "v128.load32_lane",
  ofLanes: (lanes) => lanes,
});

/** One f16 in all lanes; vectors are converted. */
const halves: Loading = (load, fn) => fromHalf(fn, form("i32x4.splat", load("i32.load16_s")));

const LOADS: { readonly [T in StorageType]: Load } = {
  f32: word("f32"),
  u32: word("i32"),
  i32: word("i32"),
  f16: {
    single: (load, fn) => form("f32x4.extract_lane 0", halves(load, fn)),
    four: (load, fn) => fromHalf(fn, load("v128.load16x4_s")),
    splat: halves,
    lane: "v128.load16_lane",
    ofLanes: (lanes, fn) => fromHalf(fn, form("i32x4.extend_low_i16x8_s", lanes)),
  },
  // Four bytes into the lowest lane, and from there each into a lane of its own.
  u8: {
    single: (load) => load("i32.load8_u"),
    four: (load) =>
      form(
        "i32x4.extend_low_i16x8_u",
        form("i16x8.extend_low_i8x16_u", load("v128.load32_zero")),
      ),
    lane: "v128.load8_lane",
    ofLanes: (lanes) => form("i32x4.extend_low_i16x8_u", form("i16x8.extend_low_i8x16_u", lanes)),
  },
};

/** Loads an element of a tensor, or it and its three neighbours, from an address. */
export function loadFrom(
  { tensor }: Access,
  vector: boolean,
  from: (instruction: string) => Wat,
  { tensors, fn }: Scope,
): Wat {
  const { single, four } = LOADS[tensors.get(tensor)?.dtype ?? "f32"];
  return (vector ? four : single)(from, fn);
}

function movesWithLanes(access: Access, scope: Scope): boolean {
  return scope.lanes !== undefined && motion(access, scope.lanes) !== "invariant";
}

/** True if a scalar differs between the lanes of a scope. */
export function varies(scalar: Scalar, scope: Scope): boolean {
  switch (scalar.kind) {
    case "constant":
    case "uniform":
      return false;
    case "local":
      return scope.values.get(scalar.name)?.vector === true;
    case "load":
      return movesWithLanes(accessOf(scalar.tensor, scalar.index, scope.tensors), scope);
    case "index":
      return scope.lanes !== undefined && uses(scalar.index, scope.lanes);
    case "apply":
      return scalar.args.some((arg) => varies(arg, scope));
  }
}

/** Where the four lanes of an access lie that goes along an axis in constant steps. */
export function laneAddresses(
  access: Access,
  axis: Axis,
  scope: Scope,
): readonly { readonly address: Wat; readonly offset: number }[] {
  const { address, offset } = addressOf(access, scope);
  const moving = access.terms.find((term) => uses(term, axis));
  const stride = moving === undefined ? undefined : strideAlong(moving, axis);
  if (stride === undefined) throw new Error(`Cannot write: ${access.tensor} has no stride`);
  return Array.from(
    { length: LANES },
    (_, lane) =>
      typeof stride === "number" ? { address, offset: offset + lane * stride * access.bytes } : {
        address: add(address, mul(scope.sizes.bytes(stride, access.bytes), i32(lane))),
        offset,
      },
  );
}

/** Four elements at constant distances, each into its lane. */
function lanesApart(
  access: Access,
  axis: Axis,
  scope: Scope,
  { first, lane, ofLanes }: Load,
): Wat {
  const lanes = laneAddresses(access, axis, scope).reduce<Wat>(
    (vector, { address, offset }, at) =>
      at === 0 && first !== undefined
        ? memory(first, offset, address)
        : form(`${spelled(lane, offset)} ${at}`, address, vector),
    ZEROS,
  );
  return ofLanes(lanes, scope.fn);
}

function writeLoad(
  name: string,
  index: readonly IndexExpr[],
  type: ScalarType,
  scope: Scope,
): Written {
  const access = accessOf(name, index, scope.tensors);
  const { address, offset } = addressOf(access, scope);
  const from = (instruction: string) => memory(instruction, offset, address);
  const loading = LOADS[scope.tensors.get(name)?.dtype ?? "f32"];
  if (scope.lanes !== undefined && motion(access, scope.lanes) === "strided") {
    return { wat: lanesApart(access, scope.lanes, scope, loading), type, vector: true };
  }
  const { single, four, splat } = loading;
  const { fn } = scope;
  if (movesWithLanes(access, scope)) return { wat: four(from, fn), type, vector: true };
  const copied = splat === undefined ? {} : { splat: splat(from, fn) };
  return { wat: single(from, fn), type, vector: false, ...copied };
}

function writeIndex(index: IndexExpr, scope: Scope): Written {
  const { lanes } = scope;
  const base = indexValue(index, scope);
  if (lanes === undefined || !uses(index, lanes)) return { wat: base, type: "u32", vector: false };
  const moving = terms(index).find((term) => uses(term, lanes));
  const stride = moving === undefined ? undefined : strideAlong(moving, lanes);
  return { wat: ramp(base, scope.sizes.value(stride ?? 1)), type: "u32", vector: true };
}

function writeApply(scalar: Scalar & { readonly kind: "apply" }, scope: Scope): Written {
  const args = scalar.args.map((arg) => writeScalar(arg, scope));
  const vector = args.some((arg) => arg.vector);
  const spell = (vector ? VECTOR_OPS : SCALAR_OPS)[scalar.op];
  const wat = spell({
    args: args.map((arg) => vector ? widen(arg) : arg.wat),
    operand: args.at(-1)?.type ?? scalar.type,
    result: scalar.type,
    math: scope.math,
  });
  return { wat, type: scalar.type, vector };
}

/** Writes a scalar expression. */
export function writeScalar(scalar: Scalar, scope: Scope): Written {
  switch (scalar.kind) {
    case "constant": {
      const wat = scalar.type === "f32" ? f32(scalar.value) : i32(scalar.value);
      return { wat, type: scalar.type, vector: false };
    }
    case "uniform": {
      const local = scope.uniforms.get(scalar.name);
      if (local === undefined) throw new Error(`Cannot write: no uniform "${scalar.name}"`);
      return { wat: get(local), type: scalar.type, vector: false };
    }
    case "local": {
      const value = scope.values.get(scalar.name);
      if (value === undefined) throw new Error(`Cannot write: no local "${scalar.name}"`);
      return { wat: get(value.local), type: value.type, vector: value.vector };
    }
    case "load":
      return writeLoad(scalar.tensor, scalar.index, scalar.type, scope);
    case "index":
      return writeIndex(scalar.index, scope);
    case "apply":
      return writeApply(scalar, scope);
  }
}
