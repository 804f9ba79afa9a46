import assert from "node:assert/strict";
import wabt from "wabt";
import { FunctionBuilder } from "./function_builder.ts";
import { fromHalf, halfFunction, TO_HALF } from "./half.ts";
import { printWat } from "./wat_print.ts";
import { block, form, get, type Wat } from "./wat.ts";

/** The conversions of the bits of one lane. */
interface Conversions {
  readonly from_half: (bits: number) => number;
  readonly to_half: (bits: number) => number;
}

/** A module that exports each. */
async function conversions(): Promise<Conversions> {
  const exported = (name: string, convert: (fn: FunctionBuilder, lanes: Wat) => Wat) => {
    const fn = new FunctionBuilder(`$${name}`);
    const lanes = form("i32x4.splat", get(fn.param("x", "i32")));
    fn.emit(form("i32x4.extract_lane 0", convert(fn, lanes)));
    return fn.build([], { exported: name, result: "i32" });
  };
  const text = printWat([
    block("module", [
      ...exported("from_half", fromHalf),
      ...exported("to_half", (_, lanes) => form(`call $lanes.${TO_HALF}`, lanes)),
      ...halfFunction(),
    ]),
  ]);
  const parsed = (await wabt()).parseWat("half.wat", text, { simd: true });
  const { instance } = await WebAssembly.instantiate(new Uint8Array(parsed.toBinary({}).buffer));
  parsed.destroy();
  // The module exports exactly these.
  return instance.exports as unknown as Conversions;
}

const run = await conversions();
const words = new DataView(new ArrayBuffer(4));

function f32OfBits(bits: number): number {
  words.setUint32(0, bits);
  return words.getFloat32(0);
}

function bitsOfF32(value: number): number {
  words.setFloat32(0, value);
  return words.getUint32(0);
}

function f16OfBits(bits: number): number {
  words.setUint16(0, bits);
  return words.getFloat16(0);
}

function bitsOfF16(value: number): number {
  words.setFloat16(0, value);
  return words.getUint16(0);
}

Deno.test("each of the 65536 bit patterns becomes the number that it stands for", () => {
  for (let bits = 0; bits < 2 ** 16; bits++) {
    const extended = bits << 16 >> 16;
    assert.ok(Object.is(f32OfBits(run.from_half(extended)), f16OfBits(bits)), bits.toString(16));
  }
});

Deno.test("a float becomes the nearest half, of two the even one; what is too large is infinite", () => {
  const check = (value: number) => {
    const got = f16OfBits(run.to_half(bitsOfF32(value) | 0));
    assert.ok(Object.is(got, Math.f16round(value)), `${value} became ${got}`);
  };
  // Around each half: the half, the middle to the next one, and the floats beside the middle.
  for (let bits = 0; bits < 0x7c00; bits++) {
    const [own, next] = [f16OfBits(bits), bits === 0x7bff ? 65536 : f16OfBits(bits + 1)];
    const middle = bitsOfF32((own + next) / 2);
    for (const value of [own, ...[-1, 0, 1].map((step) => f32OfBits(middle + step))]) {
      check(value);
      check(-value);
    }
  }
  for (const value of [Infinity, -Infinity, NaN, 65519.996, 65520, 3e38, 1e-40, 1e-8, 2 ** -25]) {
    check(value);
  }
  for (let bits = 0; bits < 0x7f800000; bits += 7919) check(f32OfBits(bits));
});

Deno.test("what is written stays what it is when it is read", () => {
  for (let bits = 0; bits < 2 ** 16; bits++) {
    const value = f16OfBits(bits);
    if (Number.isNaN(value)) continue;
    assert.equal(run.to_half(run.from_half(bits << 16 >> 16)), bitsOfF16(value));
  }
});
