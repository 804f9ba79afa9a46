/** The stages of a kernel as one line of mathematics. @module */
import type { Combine, Scalar, Stage } from "./kernel.ts";
import { printScalar, showIndex } from "./print_scalar.ts";
import { partsOf } from "./scalar_walk.ts";

const SIGN: Readonly<Record<Combine, string>> = { sum: "Σ", max: "max", argmax: "argmax" };

/** Longer formulas take a line per value, and longer values are cut. */
const LONGEST = 100;

function usesOf(local: string, stages: readonly Stage[]): number {
  const inScalar = (scalar: Scalar): number => {
    if (scalar.kind === "local") return Number(scalar.name === local);
    return partsOf(scalar).reduce((sum, part) => sum + inScalar(part), 0);
  };
  return stages.reduce(
    (sum, stage) =>
      sum + (stage.kind === "loop" ? usesOf(local, stage.body) : inScalar(stage.value)),
    0,
  );
}

/** Writes `y[b, o] = Σ_k x[b, k] * W[o, k]`: reductions stand in place of their locals. */
export function formulaOf(stages: readonly Stage[]): string {
  const reductions = new Map<string, string>();
  const parts: string[] = [];
  const write = (scalar: Scalar): string => {
    let text = printScalar(scalar);
    for (const [local, reduction] of reductions) {
      if (text === local) return reduction;
      text = text.replace(new RegExp(`\\b${local}\\b`, "g"), `(${reduction})`);
    }
    return text;
  };
  const visit = (stage: Stage): void => {
    if (stage.kind === "reduce") {
      const over = stage.over.map((axis) => axis.name).join("");
      const reduction = `${SIGN[stage.combine]}_${over} ${write(stage.value)}`;
      if (usesOf(stage.into, stages) === 1) reductions.set(stage.into, reduction);
      else parts.push(`${stage.into} = ${reduction}`);
    } else if (stage.kind === "loop") stage.body.forEach(visit);
    else if (stage.kind === "store") {
      const target = `${stage.tensor}[${stage.index.map(showIndex).join(", ")}]`;
      parts.push(`${target} = ${write(stage.value)}`);
    } else if (stage.kind === "let") parts.push(`${stage.name} = ${write(stage.value)}`);
  };
  stages.forEach(visit);
  const whole = parts.join("; ");
  return whole.length <= LONGEST
    ? whole
    : parts.map((part) => part.length <= LONGEST ? part : `${part.slice(0, LONGEST)} …`).join(
      ";\n",
    );
}
