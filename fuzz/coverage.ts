/** What a run of random programs has tried. @module */
import { nodesOf } from "../codegen/graph/graph.ts";
import { GROWTH } from "../codegen/testing/growth.ts";
import type { Tally } from "../codegen/testing/tally.ts";
import { newTally } from "../codegen/testing/tally.ts";
import type { Trial } from "../codegen/testing/trial.ts";
import type { OpKind } from "../dsl/ops.ts";

/** All ops but that of hand-written gradients: programs have the values of such functions in its place. */
const OPS = (Object.keys(GROWTH) as OpKind[]).filter((op) => op !== "custom");

/** Counts what was tried. */
export class Coverage {
  /** Elements that were compared in float64, and on machines. */
  readonly graphs: Tally = newTally();
  /** Elements of leaves along which slopes were compared. */
  readonly slopes: Tally = newTally();
  /** Elements that machines computed. */
  readonly machines: Tally = newTally();
  readonly #declared = new Map<OpKind, number>();
  readonly #rewritten = new Map<OpKind, number>();
  #tried = 0;
  #tooLarge = 0;
  #programs = 0;
  #kernels = 0;
  #mostNodes = 0;
  #mostKernels = 0;

  /** Counts a program that was not compared, as it is too large to interpret. */
  skip(): void {
    this.#tooLarge++;
  }

  /** Counts a program with what it is made of. */
  add({ compilation: { stages } }: Trial): void {
    this.#tried++;
    this.#programs += stages.length;
    for (const { source, rewritten, program } of stages) {
      const nodes = nodesOf(source);
      count(this.#declared, nodes);
      count(this.#rewritten, nodesOf(rewritten));
      this.#kernels += program.kernels.length;
      this.#mostNodes = Math.max(this.#mostNodes, nodes.length);
      this.#mostKernels = Math.max(this.#mostKernels, program.kernels.length);
    }
  }

  /** A summary in lines. */
  summary(): string {
    const missing = OPS.filter((op) => !this.#declared.has(op));
    const width = Math.max(...OPS.map((op) => op.length));
    const rows = OPS.map((op) => {
      const [declared, rewritten] = [this.#declared.get(op) ?? 0, this.#rewritten.get(op) ?? 0];
      return `  ${op.padEnd(width)} ${`${declared}`.padStart(7)} ${`${rewritten}`.padStart(7)}`;
    });
    return [
      `${this.#tried} declarations compared, ${this.#tooLarge} left out as too large to interpret`,
      `${this.#programs} programs, ${this.#kernels} kernels; most nodes of a program: ` +
      `${this.#mostNodes}, most kernels: ${this.#mostKernels}`,
      `in float64: ${tallyText(this.graphs)}`,
      `slopes: ${tallyText(this.slopes)}`,
      `on machines: ${tallyText(this.machines)}`,
      `ops in programs as declared, with their gradients, and as rewritten:`,
      ...rows,
      ...(missing.length === 0 ? [] : [`never tried: ${missing.join(", ")}`]),
    ].join("\n");
  }
}

function count(
  counts: Map<OpKind, number>,
  nodes: readonly { readonly op: OpKind }[],
): void {
  for (const op of new Set(nodes.map((node) => node.op))) {
    counts.set(op, (counts.get(op) ?? 0) + 1);
  }
}

function tallyText({ compared, undecided, outOfRange }: Tally): string {
  const all = Math.max(compared + undecided + outOfRange, 1);
  const part = (elements: number) => `${elements} (${(100 * elements / all).toFixed(1)} %)`;
  return `${compared} elements compared; ${part(undecided)} hang on a decision within rounding, ` +
    `${part(outOfRange)} are no f32`;
}
