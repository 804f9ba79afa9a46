/**
 * Numbers of 16 bits in memory as lanes of 32: each lane holds the bits of one, and becomes an f32 or is made
 * of one. These are all the instructions that f16 takes where the processor's own are out of reach.
 *
 * @module
 */
import { FunctionBuilder } from "./function_builder.ts";
import { choose, f32x4, form, get, i32, i32x4, type Local, type Wat } from "./wat.ts";

/** The bits of infinity: in f32, and in f16. */
const INFINITE = 0x7f800000, HALF_INFINITE = 0x7c00;
/** Mantissas differ by so many bits, and exponents by this. */
const MANTISSA = 13, BIAS = 127 - 15;
/** The least f32 that is infinite as an f16, if it is not rounded down to the largest. */
const TOO_LARGE = 2 ** 16;

/**
 * The f32 of the f16 in each lane, whose bits are extended by their sign.
 *
 * At the place of an f32's, the bits are that number times 2⁻¹¹², those without a leading one included; the
 * product by 2¹¹² is exact. What is 2¹⁶ or more then was infinite or no number. It is written where it is
 * needed: a call would take longer than this.
 */
export function fromHalf(fn: FunctionBuilder, halves: Wat): Wat {
  const value = fn.local("from half", "half", "v128");
  // The sign, and below it three more of the copies that extension made, which are not wanted.
  const placed = form("v128.and", form("i32x4.shl", halves, i32(MANTISSA)), i32x4(0x8fffe000 | 0));
  const product = form(`local.tee ${value.id}`, form("f32x4.mul", placed, f32x4(2 ** BIAS)));
  const isEndless = form("f32x4.ge", form("f32x4.abs", get(value)), f32x4(TOO_LARGE));
  return form("v128.or", product, form("v128.and", isEndless, i32x4(INFINITE)));
}

/**
 * The nearest f16, of two equally near the even one. Small ones are rounded by a sum with ½, whose last digit
 * is worth 2⁻²⁴, like theirs; others by adding a bit less than half of what is cut off, and the digit before.
 */
function toHalf(fn: FunctionBuilder, x: Local): Wat {
  const size = fn.local("size", "size", "v128");
  const sign = form("v128.and", get(x), i32x4(0x80000000 | 0));
  fn.set(size, form("f32x4.abs", get(x)));
  const odd = form("v128.and", form("i32x4.shr_u", get(size), i32(MANTISSA)), i32x4(1));
  const biased = form("i32x4.add", get(size), i32x4((2 ** (MANTISSA - 1) - 1) - (BIAS << 23)));
  const usual = form("i32x4.shr_u", form("i32x4.add", biased, odd), i32(MANTISSA));
  const small = form("i32x4.sub", form("f32x4.add", get(size), f32x4(0.5)), f32x4(0.5));
  const finite = choose(form("f32x4.lt", get(size), f32x4(2 ** (1 - 15))), small, usual);
  const isNoNumber = form("f32x4.ne", get(size), get(size));
  const endless = form("v128.or", i32x4(HALF_INFINITE), form("v128.and", isNoNumber, i32x4(0x200)));
  const half = choose(form("f32x4.lt", get(size), f32x4(TOO_LARGE)), finite, endless);
  return form("v128.or", half, form("i32x4.shr_u", sign, i32(16)));
}

/** The function of the module that makes the bits of an f16 of each lane. */
export const TO_HALF = "to_half";

/** Its text. */
export function halfFunction(): readonly Wat[] {
  const fn = new FunctionBuilder(`$lanes.${TO_HALF}`);
  fn.emit(toHalf(fn, fn.param("x", "v128")));
  return fn.build(["The bits of the f16 that is nearest to each lane."], { result: "v128" });
}
