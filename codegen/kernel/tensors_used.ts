/** The tensors that stages use. @module */
import type { Scalar, Stage } from "./kernel.ts";
import { forEachPart } from "./scalar_walk.ts";

/** Names of the tensors that stages load or store. */
export function tensorsUsed(stages: readonly Stage[]): ReadonlySet<string> {
  const values: Scalar[] = [];
  const used = new Set<string>();
  const visit = (stage: Stage): void => {
    if (stage.kind === "loop") return stage.body.forEach(visit);
    values.push(stage.value);
    if (stage.kind !== "store") return;
    used.add(stage.tensor);
    // An index may hold values, which may load.
    values.push(...stage.index.map((index): Scalar => ({ kind: "index", type: "u32", index })));
  };
  stages.forEach(visit);
  forEachPart(values, (part) => {
    if (part.kind === "load") used.add(part.tensor);
  });
  return used;
}
