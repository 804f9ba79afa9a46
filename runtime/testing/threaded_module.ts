/**
 * A module written by hand whose programs share their work among threads, as generated ones do.
 *
 * @module
 */
import {
  CONTROL_FAILED,
  CONTROL_GENERATION,
  type KernelSpec,
  type ModuleSpec,
  type ShaderSpec,
} from "../spec.ts";
import { assembled } from "./tiny_modules.ts";

/** Pieces of the input; each is added up by one thread, whichever that is. */
export const PIECES = 12;

/** Waits for all threads: looks for a while, then sleeps. */
const MEET = `
  (func $meet (local $generation i32) (local $looks i32)
    (if (i32.eq (global.get $threads) (i32.const 1)) (then (return)))
    (local.set $generation (i32.atomic.load offset=${CONTROL_GENERATION} (i32.const 0)))
    (if (i32.eq (i32.add (i32.atomic.rmw.add (i32.const 0) (i32.const 1)) (i32.const 1))
                (global.get $threads))
      (then
        (i32.atomic.store (i32.const 0) (i32.const 0))
        (i32.atomic.store offset=${CONTROL_GENERATION} (i32.const 0)
          (i32.add (local.get $generation) (i32.const 1)))
        (drop (memory.atomic.notify offset=${CONTROL_GENERATION} (i32.const 0) (i32.const -1))))
      (else (loop $wait
        (if (i32.eq (i32.atomic.load offset=${CONTROL_GENERATION} (i32.const 0))
                    (local.get $generation))
          (then
            (if (i32.atomic.load offset=${CONTROL_FAILED} (i32.const 0)) (then (unreachable)))
            (if (i32.lt_u (local.get $looks) (global.get $patience))
              (then (local.set $looks (i32.add (local.get $looks) (i32.const 1))))
              (else (drop (memory.atomic.wait32 offset=${CONTROL_GENERATION} (i32.const 0)
                (local.get $generation) (i64.const -1)))))
            (br $wait))))))
    (if (i32.atomic.load offset=${CONTROL_FAILED} (i32.const 0)) (then (unreachable))))`;

/** Adds up the pieces from $from to $to, each into its own place. */
const ADD_UP = `
  (func $add_up (param $B i32) (param $from i32) (param $to i32)
    (local $at i32) (local $end i32) (local $sum f32)
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $from) (local.get $to)))
      (local.set $sum (f32.const 0))
      (local.set $at (i32.div_u (i32.mul (local.get $B) (local.get $from)) (i32.const ${PIECES})))
      (local.set $end (i32.div_u
        (i32.mul (local.get $B) (i32.add (local.get $from) (i32.const 1))) (i32.const ${PIECES})))
      (block $added (loop $element
        (br_if $added (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $sum (f32.add (local.get $sum)
          (f32.load (i32.add (global.get $x) (i32.shl (local.get $at) (i32.const 2))))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $element)))
      (f32.store (i32.add (global.get $sums) (i32.shl (local.get $from) (i32.const 2)))
        (local.get $sum))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (br $next))))`;

/** The first thread adds the sums of all pieces to the total. */
const TOTAL = `
  (func $add_sums (local $at i32)
    (loop $next
      (f32.store (global.get $total) (f32.add (f32.load (global.get $total))
        (f32.load (i32.add (global.get $sums) (i32.shl (local.get $at) (i32.const 2))))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const ${PIECES})))))`;

const SHARES = `
  (func $piece (param $thread i32) (result i32)
    (i32.div_u (i32.mul (local.get $thread) (i32.const ${PIECES})) (global.get $threads)))
  (func $done (param $thread i32) (param $kernel i32)
    (if (i32.gt_u (global.get $profile) (local.get $thread))
      (then (call $mark (local.get $kernel)))))
  (func $sum_share (param $thread i32) (param $B i32)
    (call $done (local.get $thread) (i32.const -1))
    (call $add_up (local.get $B) (call $piece (local.get $thread))
      (call $piece (i32.add (local.get $thread) (i32.const 1))))
    (call $done (local.get $thread) (i32.const 0))
    (call $meet)
    (if (i32.eqz (local.get $thread)) (then (call $add_sums)))
    (call $done (local.get $thread) (i32.const 1))
    (call $meet))
  (func $fail_share (param $thread i32) (param $on i32)
    (if (i32.eq (local.get $thread) (local.get $on))
      (then (drop (i32.div_u (i32.const 1) (i32.const 0)))))
    (call $meet))`;

const WAT = `(module
  (import "env" "memory" (memory 1 65536 shared))
  (import "env" "threads" (global $threads i32))
  (import "env" "patience" (global $patience i32))
  (import "env" "profile" (global $profile i32))
  (import "env" "mark" (func $mark (param i32)))
  (import "at" "x" (global $x i32))
  (import "at" "sums" (global $sums i32))
  (import "at" "total" (global $total i32))
  (func (export "sum") (param $B i32)
    (i32.store offset=128 (i32.const 0) (i32.const 1))
    (i32.store offset=132 (i32.const 0) (local.get $B))
    (call $meet) (call $sum_share (i32.const 0) (local.get $B)))
  (func (export "fail") (param $on i32)
    (i32.store offset=128 (i32.const 0) (i32.const 2))
    (i32.store offset=132 (i32.const 0) (local.get $on))
    (call $meet) (call $fail_share (i32.const 0) (local.get $on)))
  (func (export "leave")
    (i32.store offset=128 (i32.const 0) (i32.const 0))
    (call $meet))
  (func (export "work") (param $thread i32) (local $command i32)
    (loop $next
      (call $meet)
      (local.set $command (i32.load offset=128 (i32.const 0)))
      (if (i32.eq (local.get $command) (i32.const 1))
        (then (call $sum_share (local.get $thread) (i32.load offset=132 (i32.const 0)))))
      (if (i32.eq (local.get $command) (i32.const 2))
        (then (call $fail_share (local.get $thread) (i32.load offset=132 (i32.const 0)))))
      (br_if $next (local.get $command))))
  ${SHARES}${ADD_UP}${TOTAL}${MEET})`;

const wasm = await assembled(WAT);

/** Kernels of this module run on the CPU only. */
function kernel(name: string): KernelSpec<"B"> {
  const none: ShaderSpec<"B"> = {
    file: `${name}.wgsl`,
    source: "",
    workgroups: () => [0, 1, 1],
    workgroupSize: [1, 1, 1],
  };
  return {
    name,
    layer: "sharing",
    formula: "",
    bindings: [],
    flops: () => 0,
    bytes: () => 0,
    usesUniforms: false,
    constants: [],
    shader: none,
    plain: none,
  };
}

/**
 * `sum` adds the sum of x, of shape [B], to `total`: in {@linkcode PIECES} pieces, so that the bits are
 * the same for any number of threads. `fail` divides by zero on the thread `on`, counted from 0, and does
 * nothing if there is none.
 */
export function sharing() {
  return {
    name: "sharing",
    declaration: "",
    fixedDims: [],
    callDims: ["B"],
    tensors: {
      x: { dtype: "f32", dims: ["B"], shape: ({ B }) => [B], kind: "input", slot: 0 },
      total: {
        dtype: "f32",
        dims: ["1"],
        shape: () => [1],
        kind: "state",
        slot: 1,
        init: () => ({ kind: "constant", value: 0 }),
      },
    },
    slots: [{ bytes: ({ B }) => 4 * B }, { bytes: () => 4 }],
    programs: {
      sum: {
        inputs: ["x"],
        outputs: [],
        updates: ["total"],
        scalars: [],
        uniforms: [{ name: "B", dtype: "u32", value: ({ B }) => B }],
        kernels: [kernel("add_up"), kernel("add_sums")],
      },
      fail: {
        inputs: [],
        outputs: [],
        updates: [],
        scalars: ["on"],
        uniforms: [{ name: "on", dtype: "u32", value: ({ on }) => on }],
        kernels: [],
      },
    },
    wasm: {
      relaxed: wasm,
      plain: wasm,
      transposed: [],
      scratch: { sums: { bytes: () => 4 * PIECES } },
    },
  } satisfies ModuleSpec<"B", "on">;
}
