/**
 * Modules written by hand, as small as they can be, to try backends on.
 *
 * @module
 */
import wabt from "wabt";
import type { KernelSpec, ModuleSpec, ShaderSpec } from "../spec.ts";

/** Assembles WebAssembly text to a `data:` URL. */
export async function assembled(wat: string): Promise<URL> {
  const { parseWat } = await wabt();
  const module = parseWat("tiny.wat", wat, { threads: true, simd: true, relaxed_simd: true });
  const { buffer } = module.toBinary({});
  module.destroy();
  return new URL(`data:application/wasm;base64,${bytesToBase64(buffer)}`);
}

function bytesToBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

const WORKGROUP = 64;

/** A shader of one invocation per element of [B, K], whose text stands in `file`. */
export function elementwise(file: string, source: string): ShaderSpec<"B" | "K"> {
  return {
    file,
    source,
    workgroups: ({ B, K }) => [Math.ceil(B * K / WORKGROUP), 1, 1],
    workgroupSize: [WORKGROUP, 1, 1],
  };
}

/** WGSL with one statement per element i < B * K; binding 0 is `x`, 1 is `y`, 2 the uniforms. */
export function doublingText(statement: string): string {
  return `override K: u32;
struct Uniforms { B: u32, factor: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = id.x;
  if (i < uniforms.B * K) { ${statement} }
}
`;
}

const COUNTING_TEXT = `override K: u32;
struct Uniforms { B: u32, factor: f32 }
@group(0) @binding(0) var<storage, read_write> total: array<u32>;
@group(0) @binding(1) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(1)
fn main() { total[0] = total[0] + uniforms.B * K; }
`;

const WAT = `(module
  (import "env" "memory" (memory 1 65536 shared))
  (import "dim" "K" (global $K i32))
  (import "at" "x" (global $x i32))
  (import "at" "y" (global $y i32))
  (import "at" "total" (global $total i32))
  (import "math" "cos" (func $cos (param f64) (result f64)))
  (func (export "scale") (param $B i32) (param $factor f32)
    (local $at i32) (local $end i32)
    (local.set $end (i32.mul (i32.const 4) (i32.mul (local.get $B) (global.get $K))))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
      (f32.store (i32.add (global.get $y) (local.get $at))
        (f32.mul (local.get $factor)
          (f32.load (i32.add (global.get $x) (local.get $at)))))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br $next)))
    (i32.store (global.get $total)
      (i32.add (i32.load (global.get $total)) (i32.mul (local.get $B) (global.get $K)))))
  (func (export "fail") unreachable))`;

/** The kernel `y = factor · x`, with another shader where one is given. */
export function scaleKernel(
  shader: ShaderSpec<"B" | "K"> = elementwise(
    "scale.wgsl",
    doublingText("y[i] = uniforms.factor * x[i];"),
  ),
): KernelSpec<"B" | "K"> {
  return {
    name: "scale",
    layer: "scaling",
    formula: "y = factor · x",
    bindings: [{ tensor: "x", access: "read" }, { tensor: "y", access: "write" }],
    flops: () => 0,
    bytes: ({ B, K }) => 8 * B * K,
    usesUniforms: true,
    constants: ["K"],
    shader,
    plain: elementwise(
      "scale.plain.wgsl",
      doublingText("y[i] = x[i] * uniforms.factor;"),
    ),
  };
}

const COUNT_SHADER: ShaderSpec<"B" | "K"> = {
  file: "count.wgsl",
  source: COUNTING_TEXT,
  workgroups: () => [1, 1, 1],
  workgroupSize: [1, 1, 1],
};

const COUNT_KERNEL: KernelSpec<"B" | "K"> = {
  name: "count",
  layer: "counting",
  formula: "total += B · K",
  bindings: [{ tensor: "total", access: "read_write" }],
  flops: () => 0,
  bytes: () => 8,
  usesUniforms: true,
  constants: ["K"],
  shader: COUNT_SHADER,
  plain: COUNT_SHADER,
};

const wasm = await assembled(WAT);

/**
 * `y = 2 · gain · x` for x of shape [B, K], where `gain` comes with each call; a total of all elements
 * ever scaled is kept and updated in place. The program `fail` traps in WebAssembly and does nothing on
 * a GPU.
 */
export function scaling(kernel: KernelSpec<"B" | "K"> = scaleKernel()) {
  return {
    name: "scaling",
    declaration: "",
    fixedDims: ["K"],
    callDims: ["B"],
    tensors: {
      x: {
        dtype: "f32",
        dims: ["B", "K"],
        shape: ({ B, K }) => [B, K],
        kind: "input",
        slot: 0,
      },
      y: {
        dtype: "f32",
        dims: ["B", "K"],
        shape: ({ B, K }) => [B, K],
        kind: "output",
        slot: 1,
      },
      total: {
        dtype: "u32",
        dims: ["1"],
        shape: () => [1],
        kind: "state",
        slot: 2,
        init: () => ({ kind: "constant", value: 0 }),
      },
    },
    slots: [
      { bytes: ({ B, K }) => 4 * B * K },
      { bytes: ({ B, K }) => 4 * B * K },
      { bytes: () => 4 },
    ],
    programs: {
      scale: {
        inputs: ["x"],
        outputs: ["y"],
        updates: ["total"],
        scalars: ["gain"],
        uniforms: [
          { name: "B", dtype: "u32", value: ({ B }) => B },
          { name: "factor", dtype: "f32", value: ({ gain }) => 2 * (gain ?? NaN) },
        ],
        kernels: [kernel, COUNT_KERNEL],
      },
      fail: { inputs: [], outputs: [], updates: [], scalars: [], uniforms: [], kernels: [] },
    },
    wasm: { relaxed: wasm, plain: wasm, transposed: [], scratch: {} },
  } satisfies ModuleSpec<"B" | "K">;
}
