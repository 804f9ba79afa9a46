/** What must hold of a model's names and dims. @module */
import { ORDER, SAMPLES, START, tableName } from "./byte_source.ts";
import { factors, sameExtent, showExtent } from "./dim.ts";
import { DeclarationError } from "./errors.ts";
import type { Declarations } from "./leaves.ts";
import { checkDistinct, checkName } from "./names.ts";
import type { Node } from "./ops.ts";
import { STEP } from "./optimizer.ts";
import { describe } from "./shape_rules.ts";

/** True for inputs that the program `draw` takes from a table. */
export function isDrawn(input: Node): boolean {
  return input.op === "input" && input.attrs.bytes !== undefined;
}

/** The name of what `forward` gives, where it is one tensor. */
export const PREDICTION = "logits";

/** All that a model's author named. */
export interface NamesOfModel {
  readonly name: string;
  readonly inputs: Declarations;
  readonly metrics: readonly string[];
  readonly outputs: readonly string[];
}

/** One name is one thing, also among those that generated code adds. */
export function checkModelNames({ name, inputs, metrics, outputs }: NamesOfModel): void {
  checkName(name, "a model");
  for (const metric of metrics) checkName(metric, "a metric");
  checkDistinct(
    `model "${name}"`,
    [
      ...Object.keys(inputs).map((each) => [each, "an input"] as const),
      ...metrics.map((each) => [each, "a metric"] as const),
      ...outputs.filter((each) => each !== PREDICTION).map((each) => [each, "an output"] as const),
    ],
    new Map([
      ["loss", "the loss"],
      [PREDICTION, "the prediction"],
      [STEP, "the number of the training step"],
      ...["loss", ...metrics].map((each) =>
        [`${each}_total`, `the total of ${each} over several runs`] as const
      ),
      ...namesOfDrawing(inputs),
    ]),
  );
}

/** The names that drawing inputs from bytes adds to a model. */
function namesOfDrawing(inputs: Declarations): readonly (readonly [string, string])[] {
  const drawn = Object.keys(inputs).filter((each) => inputs[each]?.bytes !== undefined);
  return drawn.length === 0 ? [] : [
    [ORDER, "the order of samples"],
    [START, "the place in the order of samples where a batch begins"],
    ...drawn.map((each) => [tableName(each), `the bytes that ${each} is drawn from`] as const),
  ];
}

/** A run is given the numbers of dims and its scalars by name, in one object. */
export function checkModelDims(model: string, leaves: readonly Node[], draws: boolean): void {
  const taken = new Map([
    [STEP, "the number of the training step"],
    ...draws
      ? [
        [START, "the place in the order of samples where a batch begins"],
        [SAMPLES, "the number of samples in the tables of bytes"],
      ] as const
      : [],
  ]);
  for (const leaf of leaves) {
    for (const dim of leaf.shape.flatMap((extent) => factors(extent).symbols)) {
      const owner = taken.get(dim);
      if (owner === undefined) continue;
      throw new DeclarationError(
        `Cannot declare model "${model}": the dim "${dim}" of ${
          describe(leaf)
        } has the name of ${owner}; use another name`,
      );
    }
  }
}

/** A batch is drawn whole: every table has a row for each sample. */
export function checkModelRows(
  model: string,
  [first]: readonly Node[],
  drawn: readonly Node[],
): void {
  const batch = first?.shape[0];
  if (batch === undefined) return;
  const other = drawn.find((each) => !sameExtent(each.shape[0] ?? NaN, batch));
  if (other === undefined) return;
  throw new DeclarationError(
    `Cannot declare model "${model}": ${
      describe(other)
    } is drawn from bytes, a row for each sample, so its first axis must be the batch, ${
      showExtent(batch)
    }`,
  );
}
