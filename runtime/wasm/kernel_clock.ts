/**
 * Times kernels by the clock of the first thread, which tells when each has run. Time in which it waits
 * for other threads belongs to no kernel.
 *
 * @module
 */
import type { KernelTime } from "../backend.ts";
import type { ModuleSpec } from "../spec.ts";

/** A kernel's row of times, while they are taken. */
type Row = { -readonly [Field in keyof KernelTime]: KernelTime[Field] };

/** The clock of one module. */
export class KernelClock {
  /** Rows of each program, in the order of its kernels. */
  readonly #rows: ReadonlyMap<string, readonly Row[]>;
  #current: readonly Row[] = [];
  #last = 0;

  constructor({ programs }: ModuleSpec) {
    this.#rows = new Map(
      Object.entries(programs).map(([program, { kernels }]) => [
        program,
        kernels.map(({ name }) => ({ program, kernel: name, calls: 0, seconds: 0 })),
      ]),
    );
  }

  /** Says which program runs next. */
  begin(program: string): void {
    this.#current = this.#rows.get(program) ?? [];
  }

  /** The time since the last mark belongs to the kernel at this position; of -1, to none. */
  mark(kernel: number): void {
    const now = performance.now();
    const row = this.#current[kernel];
    if (row !== undefined) {
      row.calls++;
      row.seconds += (now - this.#last) / 1e3;
    }
    this.#last = now;
  }

  /** Times of all kernels, program by program. */
  times(): readonly KernelTime[] {
    return [...this.#rows.values()].flat().map((row) => ({ ...row }));
  }
}
