/**
 * Elementary functions of four lanes, in instructions that every engine has: they are fast, and their bits
 * are the same everywhere. Errors are at most 2 units in the last place; `elementary_test.ts` measures them.
 *
 * Polynomials are least in their largest relative error (fitted by reweighted least squares). Arguments are
 * reduced by multiples of ln 2 in two parts, of which the first has so few digits that its products are
 * exact (W. Cody, W. Waite: Software Manual for the Elementary Functions, 1980).
 *
 * @module
 */
import { FunctionBuilder } from "./function_builder.ts";
import { choose, f32x4, form, get, i32, i32x4, type Local, type Wat } from "./wat.ts";

/** A function that is computed here. */
export type ElementaryName = "exp" | "log" | "tanh";

/** In the order in which a module holds them. */
export const ELEMENTARY: readonly ElementaryName[] = ["exp", "log", "tanh"];

const binary = (name: string) => (left: Wat, right: Wat): Wat => form(name, left, right);
const add = binary("f32x4.add"), sub = binary("f32x4.sub"), mul = binary("f32x4.mul");
const div = binary("f32x4.div"), plus = binary("i32x4.add"), minus = binary("i32x4.sub");

/** `c₀ + x·(c₁ + x·(c₂ + …))`. */
const polynomial = (x: Wat, coefficients: readonly number[]): Wat =>
  coefficients.map(f32x4).reduceRight((higher, own) => add(own, mul(x, higher)));

/** ln 2 = high + low, where high is 355/512. */
const LN2 = { high: 0.693359375, low: -2.12194440e-4 } as const;

/** `2ᵏ` for whole k from −126 to 127, as its bits. */
const powerOfTwo = (k: Wat): Wat => form("i32x4.shl", plus(k, i32x4(127)), i32(23));

/** `(e^r − 1 − r) / r²` for |r| ≤ ln 2 / 2, relative to e^r to 3.3e-9. */
const EXP = [0.49999994, 0.16666515, 0.041668456, 0.00836942, 0.0013813137] as const;

/** Beyond these, the result is 0 or infinite. */
const EXP_RANGE = { low: -104, high: 89 } as const;

/** e^x = 2ⁿ · e^r with n = round(x / ln 2); 2ⁿ in two factors, since it may be no normal number. */
function exp(fn: FunctionBuilder, x: Local): Wat {
  const [t, n, r, k, half] = ["t", "n", "r", "k", "half"].map((name) =>
    fn.local(name, name, "v128")
  ) as [Local, Local, Local, Local, Local]; // one for each name
  const { low, high } = EXP_RANGE;
  fn.set(t, form("f32x4.min", form("f32x4.max", get(x), f32x4(low)), f32x4(high)));
  fn.set(n, form("f32x4.nearest", mul(get(t), f32x4(Math.LOG2E))));
  fn.set(r, sub(sub(get(t), mul(get(n), f32x4(LN2.high))), mul(get(n), f32x4(LN2.low))));
  fn.set(k, form("i32x4.trunc_sat_f32x4_s", get(n)));
  fn.set(half, form("i32x4.shr_s", get(k), i32(1)));
  const ofRest = add(
    f32x4(1),
    add(get(r), mul(mul(get(r), get(r)), polynomial(get(r), EXP))),
  );
  return mul(mul(ofRest, powerOfTwo(get(half))), powerOfTwo(minus(get(k), get(half))));
}

/** `(ln((1 + s) / (1 − s)) − 2s) / s³` as a polynomial in s², for |s| ≤ 0.1716, relative to ln to 8.4e-10. */
const LOG = [0.6666678, 0.3997708, 0.29885203] as const;
/** The bits of √½, and of all digits behind the point. */
const ROOT_HALF = 0x3f3504f3, FRACTION = 0x7fffff;
const LEAST_NORMAL = 2 ** -126;

/** ln x = e·ln 2 + ln(1 + f) for x = 2ᵉ·(1 + f) with √½ ≤ 1 + f < √2; ln(1 + f) from s = f / (2 + f). */
function log(fn: FunctionBuilder, x: Local): Wat {
  const [tiny, bits, e, f, s, z, half] = ["tiny", "bits", "e", "f", "s", "z", "half"].map((name) =>
    fn.local(name, name, "v128")
  ) as [Local, Local, Local, Local, Local, Local, Local]; // one for each name
  fn.set(tiny, form("f32x4.lt", get(x), f32x4(LEAST_NORMAL)));
  const scaled = choose(get(tiny), mul(get(x), f32x4(2 ** 23)), get(x));
  fn.set(bits, minus(scaled, i32x4(ROOT_HALF)));
  fn.set(
    e,
    form(
      "f32x4.convert_i32x4_s",
      minus(
        form("i32x4.shr_s", get(bits), i32(23)),
        form("v128.and", get(tiny), i32x4(23)),
      ),
    ),
  );
  const digits = form("v128.and", get(bits), i32x4(FRACTION));
  fn.set(f, sub(plus(digits, i32x4(ROOT_HALF)), f32x4(1)));
  fn.set(s, div(get(f), add(f32x4(2), get(f))));
  fn.set(z, mul(get(s), get(s)));
  fn.set(half, mul(f32x4(0.5), mul(get(f), get(f))));
  const rest = mul(get(s), add(get(half), mul(get(z), polynomial(get(z), LOG))));
  const low = add(rest, mul(get(e), f32x4(LN2.low)));
  const value = sub(mul(get(e), f32x4(LN2.high)), sub(sub(get(half), low), get(f)));
  const finite = choose(form("f32x4.eq", get(x), f32x4(Infinity)), get(x), value);
  const positive = choose(form("f32x4.gt", get(x), f32x4(0)), finite, f32x4(NaN));
  return choose(form("f32x4.eq", get(x), f32x4(0)), f32x4(-Infinity), positive);
}

/** `(tanh x − x) / x³` as a polynomial in x², for |x| < 0.63, relative to tanh x to 5e-9. */
const TANH = [-0.33333275, 0.13331275, -0.053725115, 0.020589791, -0.005648282] as const;
const SMALL = 0.625, LARGE = 10;
const SIGN = 0x80000000 | 0;

/** tanh x = ±(1 − 2 / (e^(2|x|) + 1)), and x + x³·(…) near 0, where that would lose digits. */
function tanh(fn: FunctionBuilder, x: Local): Wat {
  const [size, square] = ["size", "square"].map((name) => fn.local(name, name, "v128")) as [
    Local,
    Local,
  ]; // one for each name
  fn.set(size, form("f32x4.abs", get(x)));
  fn.set(square, mul(get(x), get(x)));
  const near = add(get(x), mul(mul(get(x), get(square)), polynomial(get(square), TANH)));
  const twice = mul(f32x4(2), form("f32x4.min", get(size), f32x4(LARGE)));
  const power = form("call $lanes.exp", twice);
  const far = sub(f32x4(1), div(f32x4(2), add(power, f32x4(1))));
  const signed = form("v128.or", far, form("v128.and", get(x), i32x4(SIGN)));
  return choose(form("f32x4.lt", get(size), f32x4(SMALL)), near, signed);
}

const BODIES: {
  readonly [Name in ElementaryName]: (fn: FunctionBuilder, x: Local) => Wat;
} = { exp, log, tanh };

/** What a function calls itself. */
export const CALLED_BY: { readonly [Name in ElementaryName]: readonly ElementaryName[] } = {
  exp: [],
  log: [],
  tanh: ["exp"],
};

/** True for functions that are computed here. */
export function isElementary(name: string): name is ElementaryName {
  return Object.hasOwn(BODIES, name);
}

/** A function, `$lanes.<name>`. */
export function elementaryFunction(name: ElementaryName): readonly Wat[] {
  const fn = new FunctionBuilder(`$lanes.${name}`);
  const x = fn.param("x", "v128");
  fn.emit(BODIES[name](fn, x));
  return fn.build([`${name} of each lane.`], { result: "v128" });
}
