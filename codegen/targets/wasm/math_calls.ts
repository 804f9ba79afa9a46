/**
 * Functions that WebAssembly has no instruction for. Some are functions of the module, see `elementary.ts`;
 * one value goes through them as four. The others are imports from the host, one lane at a time.
 *
 * The host computes in f64, so a call widens its arguments and rounds its result. A vector goes through
 * a small function that takes the lanes apart and puts them together again; u32 division is such a
 * function too, without a call to the host. Operators that are defined by others are functions of the
 * module, see `defined_functions.ts`; here it is only counted which are called.
 *
 * @module
 */
import type { DefinedOp } from "../../kernel/defined_ops.ts";
import {
  CALLED_BY,
  ELEMENTARY,
  elementaryFunction,
  type ElementaryName,
  isElementary,
} from "./elementary.ts";
import { FunctionBuilder } from "./function_builder.ts";
import { halfFunction, TO_HALF } from "./half.ts";
import { quote } from "./identifiers.ts";
import { form, get, i32, type Local, type Wat } from "./wat.ts";

/** The arguments each host function takes, in the order in which they are imported. */
const MATH_ARITY = { pow: 2, sin: 1, cos: 1 } as const;

/** A function that the host provides. */
export type HostName = keyof typeof MATH_ARITY;

/** A function of floats. */
export type MathName = HostName | ElementaryName;

/** A function of vectors that works lane by lane. */
export type LaneFunction = MathName | WholeQuotient | typeof TO_HALF;

type WholeQuotient = "div_u" | "div_s";

const isQuotient = (name: string): name is WholeQuotient => name === "div_u" || name === "div_s";
const isHost = (name: string): name is HostName => name in MATH_ARITY;

// The keys of a literal are all that its type tells.
const HOST_NAMES = Object.keys(MATH_ARITY) as readonly HostName[];
const LANE_NAMES: readonly LaneFunction[] = [
  ...ELEMENTARY,
  ...HOST_NAMES,
  "div_u",
  "div_s",
  TO_HALF,
];
const LANES = [0, 1, 2, 3] as const;

/** How many values a function takes at once: one, or those of four lanes. */
export type Width = "single" | "lanes";

type DefinedFunction = `${Width}.${DefinedOp}`;

/**
 * The quotient of two whole numbers. A number divided by 0 is itself, where the instruction would trap; with
 * a sign it would for −2³¹ / −1 too, so that signs are taken off before and put back after.
 */
export function wholeQuotient(
  [left = i32(0), right = i32(1)]: readonly Wat[],
  signed: boolean,
): Wat {
  const divide = (a: Wat, b: Wat): Wat => form("i32.div_u", a, form("select", b, i32(1), b));
  if (!signed) return divide(left, right);
  // All ones below 0, else none: (x ^ sign) − sign is |x|.
  const sign = (x: Wat): Wat => form("i32.shr_s", x, i32(31));
  const turned = (x: Wat, by: Wat): Wat => form("i32.sub", form("i32.xor", x, by), by);
  const size = divide(turned(left, sign(left)), turned(right, sign(right)));
  return turned(size, sign(form("i32.xor", left, right)));
}

/** Keeps count of the functions that a module calls, and declares them. */
export class MathCalls {
  readonly #imported = new Set<HostName>();
  readonly #laneFunctions = new Set<LaneFunction>();
  readonly #defined = new Set<DefinedFunction>();

  /** A call with f32 arguments and result. */
  scalar(name: MathName, args: readonly Wat[]): Wat {
    if (isElementary(name)) {
      const lanes = this.vector(name, args.map((arg) => form("f32x4.splat", arg)));
      return form("f32x4.extract_lane 0", lanes);
    }
    this.#imported.add(name);
    const wide = args.map((arg) => form("f64.promote_f32", arg));
    return form("f32.demote_f64", form(`call $math.${name}`, ...wide));
  }

  /** A call with vectors as arguments and result. */
  vector(name: LaneFunction, args: readonly Wat[]): Wat {
    this.#laneFunctions.add(name);
    if (isElementary(name)) CALLED_BY[name].forEach((other) => this.#laneFunctions.add(other));
    else if (isHost(name)) this.#imported.add(name);
    return form(`call $lanes.${name}`, ...args);
  }

  /** A call of an operator that is defined by others. */
  defined(op: DefinedOp, width: Width, args: readonly Wat[]): Wat {
    this.#defined.add(`${width}.${op}`);
    return form(`call $${width}.${op}`, ...args);
  }

  /** True if a module calls an operator that is defined by others. */
  callsDefined(op: DefinedOp, width: Width): boolean {
    return this.#defined.has(`${width}.${op}`);
  }

  /** The imports, in a fixed order. */
  imports(): readonly Wat[] {
    return HOST_NAMES.filter((name) => this.#imported.has(name)).map((name) => {
      const params = Array.from({ length: MATH_ARITY[name] }, () => "f64").join(" ");
      return form(
        `import "math" ${quote(name)} (func $math.${name} (param ${params}) (result f64))`,
      );
    });
  }

  /** The functions of vectors, in a fixed order. */
  functions(): readonly Wat[] {
    return LANE_NAMES.filter((name) => this.#laneFunctions.has(name))
      .flatMap((name) => {
        if (name === TO_HALF) return halfFunction();
        return isElementary(name) ? elementaryFunction(name) : this.#laneFunction(name);
      });
  }

  #laneFunction(name: HostName | WholeQuotient): readonly Wat[] {
    const fn = new FunctionBuilder(`$lanes.${name}`);
    const arity = isQuotient(name) ? 2 : MATH_ARITY[name];
    const params = (["x", "y"] as const).slice(0, arity).map((param) => fn.param(param, "v128"));
    const shape = isQuotient(name) ? "i32x4" : "f32x4";
    const lane = (at: number): Wat => {
      const args = params.map((param: Local) => form(`${shape}.extract_lane ${at}`, get(param)));
      return isQuotient(name) ? wholeQuotient(args, name === "div_s") : this.scalar(name, args);
    };
    const first = form(`${shape}.splat`, lane(LANES[0]));
    fn.emit(
      LANES.slice(1).reduce((all, at) => form(`${shape}.replace_lane ${at}`, all, lane(at)), first),
    );
    return fn.build([`${name} of each lane.`], { result: "v128" });
  }
}
