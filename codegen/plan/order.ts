/** The order of kernels: values before their users, and every reader of an old value before its update. @module */
import type { Kernel } from "../kernel/kernel.ts";

/** What a kernel reads and writes, told apart by version: an update's new value is `W'`. */
export interface Ordered {
  readonly kernel: Kernel;
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
}

/** Kernels in order. */
export interface Order {
  readonly kernels: readonly Kernel[];
  /**
   * Tensors whose updates go round in a circle: each update overwrites what another still reads. None,
   * unless `kernels` lacks the kernels that have no place in any order.
   */
  readonly overwritten: readonly string[];
}

/**
 * Sorts kernels so that each runs after those it depends on, keeping the given order otherwise.
 *
 * @param target the tensor that a written name overwrites, if it is an update
 */
export function orderKernels(
  kernels: readonly Ordered[],
  target: (written: string) => string | undefined,
): Order {
  const before = new Map<Ordered, Set<Ordered>>(kernels.map((each) => [each, new Set()]));
  for (const writer of kernels) {
    for (const written of writer.writes) {
      const old = target(written);
      for (const other of kernels) {
        if (other === writer) continue;
        if (other.reads.has(written)) before.get(other)?.add(writer);
        if (old !== undefined && other.reads.has(old)) before.get(writer)?.add(other);
      }
    }
  }
  const done = new Set<Ordered>();
  const left = [...kernels];
  for (;;) {
    const next = left.findIndex((each) => [...before.get(each) ?? []].every((b) => done.has(b)));
    const [chosen] = next < 0 ? [] : left.splice(next, 1);
    if (chosen === undefined) break;
    done.add(chosen);
  }
  return {
    kernels: [...done].map((each) => each.kernel),
    overwritten: left.flatMap((writer) =>
      [...writer.writes].flatMap((written) => {
        const old = target(written);
        const needed = left.some((other) =>
          other !== writer && old !== undefined && other.reads.has(old)
        );
        return old !== undefined && needed ? [old] : [];
      })
    ),
  };
}
