/**
 * Loops that do nothing but multiply and add, or copy: what a kernel of generated WebAssembly could reach
 * at most.
 *
 * @module
 */

/** Sums that do not wait for each other; more would not stay in registers. */
const CHAINS = 12;
/** Lanes of a vector of f32. */
const LANES = 4;
/** Vectors that a turn of the copying loop moves. */
const COPIES = 4;
const VECTOR_BYTES = 16;

/** Operations of one turn of an arithmetic loop. */
export const OPERATIONS_PER_TURN: number = 2 * CHAINS * LANES;

/** Bytes read and written by one turn of the copying loop. */
export const BYTES_PER_TURN: number = 2 * COPIES * VECTOR_BYTES;

const SUMS = Array.from({ length: CHAINS }, (_, i) => `$s${i}`);

/** `s = s · 0.5 + 0.5` for every sum, which stays in (0, 1], with `next` as the way to compute it. */
function arithmetic(name: string, next: (sum: string) => string): string {
  return `  (func (export "${name}") (param $turns i32) (result f32)
    (local $half v128) ${SUMS.map((sum) => `(local ${sum} v128)`).join(" ")}
    (local.set $half (f32x4.splat (f32.const 0.5)))
    (loop $next
${SUMS.map((sum) => `      (local.set ${sum} ${next(sum)})`).join("\n")}
      (br_if $next (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))
    (f32x4.extract_lane 0 ${
    SUMS.map((sum) => `(local.get ${sum})`).reduce((a, b) => `(f32x4.add ${a} ${b})`)
  }))`;
}

const HALF = "(local.get $half)";
const fused = (sum: string) => `(f32x4.relaxed_madd (local.get ${sum}) ${HALF} ${HALF})`;
const apart = (sum: string) => `(f32x4.add (f32x4.mul (local.get ${sum}) ${HALF}) ${HALF})`;

const copies = Array.from(
  { length: COPIES },
  (_, i) =>
    `      (v128.store offset=${VECTOR_BYTES * i} (local.get $to)
        (v128.load offset=${VECTOR_BYTES * i} (local.get $from)))`,
).join("\n");

/**
 * The module's text. Exports: `fused(turns)`, `apart(turns)`, `copy(from, to, turns)`, and their memory,
 * which is imported and shared.
 */
export function peakText(pages: number): string {
  return `(module
  (import "env" "memory" (memory ${pages} ${pages} shared))
${arithmetic("fused", fused)}
${arithmetic("apart", apart)}
  (func (export "copy") (param $from i32) (param $to i32) (param $turns i32)
    (loop $next
${copies}
      (local.set $from (i32.add (local.get $from) (i32.const ${COPIES * VECTOR_BYTES})))
      (local.set $to (i32.add (local.get $to) (i32.const ${COPIES * VECTOR_BYTES})))
      (br_if $next (local.tee $turns (i32.sub (local.get $turns) (i32.const 1))))))
)
`;
}
