import assert from "node:assert/strict";
import { philox2x32 } from "./philox.ts";

Deno.test("known answers of Random123's Philox2x32-10", () => {
  const answers: readonly [number, number, number, number][] = [
    [0x00000000, 0x00000000, 0x00000000, 0xff1dae59],
    [0xffffffff, 0xffffffff, 0xffffffff, 0x2c3f628b],
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0xdd7ce038],
  ];
  for (const [low, high, key, wanted] of answers) {
    assert.equal(philox2x32(low, high, key).toString(16), wanted.toString(16));
  }
});
