/** Types of elements in memory: their size, and what a load makes of them. @module */
import type { ScalarType, StorageType } from "./kernel.ts";

/** Bytes of an element. */
export const ELEMENT_BYTES: { readonly [T in StorageType]: number } = {
  f32: 4,
  f16: 2,
  u32: 4,
  i32: 4,
  u8: 1,
};

/** The type of the scalar that a load gives. */
export const LOADED: { readonly [T in StorageType]: ScalarType } = {
  f32: "f32",
  f16: "f32",
  u32: "u32",
  i32: "i32",
  u8: "u32",
};
