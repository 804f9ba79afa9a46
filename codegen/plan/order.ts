/** The order of kernels: values before their users, and every reader of an old value before its update. @module */
import type { Kernel } from "../kernel/kernel.ts";

/** What a kernel reads and writes, told apart by version: an update's new value is `W'`. */
export interface Ordered {
  readonly kernel: Kernel;
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
}

/**
 * Sorts kernels so that each runs after those it depends on, keeping the given order otherwise.
 *
 * @param target the tensor that a written name overwrites, if it is an update
 * @throws {Error} if an update's old value is needed by a kernel that needs the update's new values.
 */
export function orderKernels(
  kernels: readonly Ordered[],
  target: (written: string) => string | undefined,
): readonly Kernel[] {
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
  const done: Ordered[] = [];
  const left = [...kernels];
  while (left.length > 0) {
    const next = left.findIndex((each) =>
      [...before.get(each) ?? []].every((b) => done.includes(b))
    );
    const chosen = left[next];
    if (chosen === undefined) {
      const names = left.map((each) => each.kernel.name).join(", ");
      throw new Error(
        `Cannot order the kernels ${names}: an update in place would overwrite a value that is still needed`,
      );
    }
    done.push(chosen);
    left.splice(next, 1);
  }
  return done.map((each) => each.kernel);
}
