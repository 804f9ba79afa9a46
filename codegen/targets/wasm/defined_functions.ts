/**
 * The functions of operators that are defined by others: for one value, and for four lanes.
 *
 * @module
 */
import { type DefinedOp, DEFINITIONS, isDefined } from "../../kernel/defined_ops.ts";
import type { Scalar } from "../../kernel/kernel.ts";
import { FunctionBuilder } from "./function_builder.ts";
import type { MathCalls, Width } from "./math_calls.ts";
import { SCALAR_OPS, WASM_TYPE } from "./scalar_ops.ts";
import { SPLAT, VECTOR_OPS } from "./vector_ops.ts";
import { f32, get, i32, type Local, type Wat } from "./wat.ts";

/** Every operator with a definition; its table lists them all. */
const NAMES = Object.keys(DEFINITIONS).filter(isDefined);
const WIDTHS: readonly Width[] = ["single", "lanes"];

/** The functions that a module calls, in a fixed order; they may call further functions. */
export function definedFunctions(math: MathCalls): readonly Wat[] {
  return NAMES.flatMap((op) =>
    WIDTHS.filter((width) => math.callsDefined(op, width)).flatMap((width) =>
      definedFunction(op, width, math)
    )
  );
}

function definedFunction(op: DefinedOp, width: Width, math: MathCalls): readonly Wat[] {
  const { about, type: scalar, arguments: given, steps, value } = DEFINITIONS[op];
  const type = width === "single" ? WASM_TYPE[scalar] : "v128";
  const fn = new FunctionBuilder(`$${width}.${op}`);
  const locals = new Map(given.map((name) => [name, fn.param(name, type)]));
  const write = (scalar: Scalar): Wat => writeValue(scalar, locals, width, math);
  for (const { name, value } of steps) {
    const local = fn.local(name, name, type);
    fn.set(local, write(value));
    locals.set(name, local);
  }
  fn.emit(write(value));
  return fn.build([width === "single" ? about : `${about} Of each lane.`], { result: type });
}

/** A definition consists of numbers, locals and operators. */
function writeValue(
  scalar: Scalar,
  locals: ReadonlyMap<string, Local>,
  width: Width,
  math: MathCalls,
): Wat {
  switch (scalar.kind) {
    case "constant": {
      const number = scalar.type === "f32" ? f32(scalar.value) : i32(scalar.value);
      return width === "single" ? number : SPLAT[scalar.type](number);
    }
    case "local": {
      const local = locals.get(scalar.name);
      if (local === undefined) throw new Error(`Cannot write: no local "${scalar.name}"`);
      return get(local);
    }
    case "apply":
      return (width === "single" ? SCALAR_OPS : VECTOR_OPS)[scalar.op]({
        args: scalar.args.map((arg) => writeValue(arg, locals, width, math)),
        operand: scalar.args.at(-1)?.type ?? scalar.type,
        result: scalar.type,
        math,
      });
    default:
      throw new Error(`Cannot write a ${scalar.kind} in a definition`);
  }
}
