/** Whether an engine multiplies and adds vectors in one instruction. @module */

/**
 * A module with one function, which takes nothing and returns `f32x4.relaxed_madd` of three zeros.
 * Written out byte for byte, so that asking needs no assembler.
 */
// deno-fmt-ignore
const PROBE = Uint8Array.of(
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, // magic number and version
  0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b,       // type 0: () -> v128
  0x03, 0x02, 0x01, 0x00,                         // one function, of type 0
  0x0a, 0x13, 0x01, 0x11, 0x00,                   // its code: 17 bytes, no locals
  0x41, 0x00, 0xfd, 0x0f,                         //   i8x16.splat (i32.const 0)
  0x41, 0x00, 0xfd, 0x0f,                         //   i8x16.splat (i32.const 0)
  0x41, 0x00, 0xfd, 0x0f,                         //   i8x16.splat (i32.const 0)
  0xfd, 0x85, 0x02, 0x0b,                         //   f32x4.relaxed_madd, end
);

/** True where modules may use relaxed SIMD (https://github.com/WebAssembly/relaxed-simd). */
export const hasRelaxedSimd: boolean = WebAssembly.validate(PROBE);
