/**
 * Stages as instructions, for one point or for four neighbouring points.
 *
 * Outside of lanes, inner loops look for lanes of their own: a reduction over contiguous elements keeps
 * four partial results, and a loop that stores contiguous elements stores four at a time.
 *
 * @module
 */
import type { Axis } from "../../kernel/index_expr.ts";
import type {
  LoopStage,
  ReduceStage,
  Stage,
  StorageType,
  StoreStage,
} from "../../kernel/kernel.ts";
import { type Access, accessesIn, accessOf, motion } from "../../kernel/access.ts";
import { acrossLanes, combined, type LaneCombine, type Reducible, startOf } from "./combine.ts";
import { fitsLanes } from "./lanes.ts";
import { TO_HALF } from "./half.ts";
import type { MathCalls } from "./math_calls.ts";
import { WASM_TYPE } from "./scalar_ops.ts";
import { indexValue, pointerOf, type Scope } from "./scope.ts";
import { nest, type Part, span } from "./span.ts";
import {
  laneAddresses,
  memory,
  spelled,
  varies,
  widen,
  writeScalar,
  type Written,
} from "./values.ts";
import { LANES, SPLAT, ZEROS } from "./vector_ops.ts";
import { block, form, get, type Local, set, type Wat } from "./wat.ts";

/** Writes stages in order. */
export function writeStages(stages: readonly Stage[], scope: Scope): void {
  for (const stage of stages) writeStage(stage, scope);
}

function writeStage(stage: Stage, scope: Scope): void {
  switch (stage.kind) {
    case "reduce":
      return stage.combine === "argmax"
        ? writeArgmax(stage, scope)
        : writeReduce(stage, stage.combine, scope);
    case "let":
      return keep(stage.name, writeScalar(stage.value, scope), scope);
    case "store":
      return writeStore(stage, scope);
    case "loop":
      return writeLoop(stage, scope);
  }
}

/** The local that holds a value of the kernel IR. */
function holder(name: string, type: Written["type"], vector: boolean, scope: Scope): Local {
  const id = vector ? `${name}_x4` : name;
  return scope.fn.local(`value ${name}`, id, vector ? "v128" : WASM_TYPE[type]);
}

function keep(name: string, { wat, type, vector }: Written, scope: Scope): void {
  const local = holder(name, type, vector, scope);
  scope.fn.set(local, wat);
  scope.values.set(name, { local, type, vector });
}

/** How an element is stored: alone, and with its three neighbours. A byte is never stored. */
interface Store {
  readonly single: (offset: number, address: Wat, value: Wat, math: MathCalls) => Wat;
  readonly four: (offset: number, address: Wat, value: Wat, math: MathCalls) => Wat;
  /** The lanes of memory, of which each holds one element in its lowest bits, and what stores one of them. */
  readonly lanes: (value: Wat, math: MathCalls) => Wat;
  readonly lane: (offset: number, lane: number) => string;
}

const word = (type: "f32" | "i32"): Store => ({
  single: (offset, address, value) => memory(`${type}.store`, offset, address, value),
  four: (offset, address, value) => memory("v128.store", offset, address, value),
  lanes: (value) => value,
  lane: (offset, lane) => `${spelled("v128.store32_lane", offset)} ${lane}`,
});

const STORES: { readonly [T in Exclude<StorageType, "u8">]: Store } = {
  f32: word("f32"),
  u32: word("i32"),
  i32: word("i32"),
  f16: {
    single: (offset, address, value, math) => {
      const half = math.vector(TO_HALF, [SPLAT.f32(value)]);
      return form(`${spelled("v128.store16_lane", offset)} 0`, address, half);
    },
    four: (offset, address, value, math) => {
      const half = math.vector(TO_HALF, [value]);
      const narrow = form("i16x8.narrow_i32x4_u", half, ZEROS);
      return form(`${spelled("v128.store64_lane", offset)} 0`, address, narrow);
    },
    lanes: (value, math) => math.vector(TO_HALF, [value]),
    lane: (offset, lane) => `${spelled("v128.store16_lane", offset)} ${2 * lane}`,
  },
};

function writeStore(stage: StoreStage, scope: Scope): void {
  const access = accessOf(stage.tensor, stage.index, scope.tensors);
  const value = writeScalar(stage.value, scope);
  const dtype = scope.tensors.get(stage.tensor)?.dtype ?? "f32";
  if (dtype === "u8") throw new Error(`Cannot write: bytes of ${stage.tensor} are not stored`);
  const storing = STORES[dtype];
  if (scope.lanes !== undefined && motion(access, scope.lanes) === "strided") {
    return storeApart(access, scope.lanes, widen(value), scope, storing);
  }
  const { pointer, offset } = pointerOf(access, scope);
  const { single, four } = storing;
  scope.fn.emit(
    scope.lanes === undefined
      ? single(offset, pointer.address, value.wat, scope.math)
      : four(offset, pointer.address, widen(value), scope.math),
  );
}

/** Stores each lane at its place, where those are constant distances apart. */
function storeApart(
  access: Access,
  axis: Axis,
  value: Wat,
  scope: Scope,
  { lanes, lane: storing }: Store,
): void {
  const vector = scope.fn.local("stored lanes", "stored", "v128");
  scope.fn.set(vector, lanes(value, scope.math));
  laneAddresses(access, axis, scope).forEach(({ address, offset }, lane) =>
    scope.fn.emit(form(storing(offset, lane), address, get(vector)))
  );
}

/** Runs stages over an axis, four points at a time where they fit, then one at a time. */
export function writeOver(
  axis: Axis,
  stages: readonly Stage[],
  accesses: readonly Access[],
  scope: Scope,
): void {
  const single: Part = { step: 1, body: (turn) => writeStages(stages, turn) };
  const four: Part = {
    step: LANES,
    body: (turn) => writeStages(stages, { ...turn, lanes: axis }),
  };
  const lanes = scope.lanes === undefined && fitsLanes(stages, axis, scope.tensors);
  span(scope, axis, accesses, lanes ? [four, single] : [single]);
}

function writeLoop(stage: LoopStage, scope: Scope): void {
  const accesses = accessesIn([stage], scope.tensors);
  const last = stage.over.at(-1);
  nest(scope, stage.over.slice(0, -1), accesses, (turn) => {
    if (last === undefined) writeStages(stage.body, turn);
    else writeOver(last, stage.body, accesses, turn);
  });
}

function reducible(stage: ReduceStage): Reducible {
  if (stage.value.type === "bool") throw new Error(`Cannot write ${stage.into}: it reduces bools`);
  return stage.value.type;
}

function writeReduce(stage: ReduceStage, combine: LaneCombine, scope: Scope): void {
  const { into, over, type } = stage;
  const accesses = accessesIn([stage], scope.tensors);
  const last = over.at(-1);
  if (last !== undefined && scope.lanes === undefined && fitsLanes([stage], last, scope.tensors)) {
    return writeLaneReduce(stage, combine, last, scope);
  }
  const vector = varies(stage.value, scope);
  const local = holder(into, type, vector, scope);
  const start = startOf(combine, reducible(stage));
  scope.fn.set(local, vector ? SPLAT[reducible(stage)](start) : start);
  nest(scope, over, accesses, (turn) => takeIn(stage, combine, local, turn));
  scope.values.set(into, { local, type, vector });
}

function takeIn(stage: ReduceStage, combine: LaneCombine, into: Local, scope: Scope): void {
  const value = writeScalar(stage.value, scope);
  const vector = into.type === "v128";
  const operands = [get(into), vector ? widen(value) : value.wat] as const;
  scope.fn.set(into, combined(combine, reducible(stage), vector, operands, scope.math));
}

/** A reduction of single values that keeps four partial results along its last axis. */
function writeLaneReduce(
  stage: ReduceStage,
  combine: LaneCombine,
  last: Axis,
  scope: Scope,
): void {
  const { fn } = scope;
  const type = reducible(stage);
  const accesses = accessesIn([stage], scope.tensors);
  const local = holder(stage.into, type, false, scope);
  const partial = fn.local(`partial ${stage.into}`, `${stage.into}_x4`, "v128");
  const start = startOf(combine, type);
  fn.set(local, start);
  fn.set(partial, SPLAT[type](start));
  nest(scope, stage.over.slice(0, -1), accesses, (outer) =>
    span(outer, last, accesses, [
      { step: LANES, body: (turn) => takeIn(stage, combine, partial, { ...turn, lanes: last }) },
      { step: 1, body: (turn) => takeIn(stage, combine, local, turn) },
    ]));
  const lanes = acrossLanes(combine, type, partial, scope.math);
  fn.set(local, combined(combine, type, false, [get(local), lanes], scope.math));
  scope.values.set(stage.into, { local, type, vector: false });
}

/** The first position of the largest value: a later one has to be larger. */
function writeArgmax(stage: ReduceStage, scope: Scope): void {
  const { fn } = scope;
  const type = reducible(stage);
  const [axis] = stage.over;
  if (axis === undefined) throw new Error(`Cannot write ${stage.into}: argmax over no axis`);
  const best = fn.local(`best ${stage.into}`, `${stage.into}_best`, WASM_TYPE[type]);
  const candidate = fn.local(`next ${stage.into}`, `${stage.into}_next`, WASM_TYPE[type]);
  const at = holder(stage.into, "u32", false, scope);
  fn.set(best, startOf("argmax", type));
  fn.set(at, form("i32.const 0"));
  nest(scope, stage.over, accessesIn([stage], scope.tensors), (turn) => {
    fn.set(candidate, writeScalar(stage.value, turn).wat);
    const position = indexValue({ kind: "axis", axis }, turn);
    const larger = form(type === "f32" ? "f32.gt" : "i32.gt_u", get(candidate), get(best));
    fn.emit(
      block("if", [larger, block("then", [set(best, get(candidate)), set(at, position)])]),
    );
  });
  scope.values.set(stage.into, { local: at, type: "u32", vector: false });
}
