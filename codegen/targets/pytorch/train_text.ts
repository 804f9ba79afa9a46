/**
 * A script that trains a model on MNIST with PyTorch, for models whose inputs are MNIST's: images as `x`, and
 * `label`, both drawn from bytes.
 *
 * @module
 */
import Handlebars from "handlebars";
import type { ModelDeclaration } from "../../../dsl/model.ts";
import type { Node } from "../../../dsl/ops.ts";
import { declarationHash } from "../../programs/declaration_hash.ts";
import { inMode, leafName } from "../../programs/programs.ts";
import { topologicalOrder } from "../../graph/graph.ts";
import { isScalar } from "./signature.ts";
import { className, literal } from "./language.ts";
import train from "./templates/train.py.hbs" with { type: "text" };

/** What the template is given. */
interface View {
  readonly name: string;
  readonly class: string;
  readonly declaration: string;
  /** The loss and the metrics. */
  readonly totals: readonly string[];
  /** Of a batch of images. */
  readonly shape: string;
  readonly divisor: string;
  /** The numbers that the model is given with each batch, as arguments. */
  readonly numbers: string;
}

const render = Handlebars.create().compile<View>(train, { noEscape: true, strict: true });

/** Where the script has the numbers of a run. */
const NUMBERS: Readonly<Record<string, string>> = {
  step: "self.step",
  seed: "self.options.seed",
};

/** The script, if the model's inputs are MNIST's. */
export function trainText(model: ModelDeclaration): string | undefined {
  const images = inputNamed(model, "x"), labels = inputNamed(model, "label");
  const divisor = images?.op === "input" ? images.attrs.bytes?.divisor : undefined;
  const rest = images?.shape.slice(1) ?? [];
  const isMnist = model.inputs.length === 2 && labels !== undefined && divisor !== undefined &&
    rest.every((extent) => typeof extent === "number");
  if (!isMnist) return undefined;
  const trained = inMode("training", model);
  const scalars = topologicalOrder([
    trained.loss,
    ...trained.metrics.values(),
    ...trained.updates.values(),
  ])
    .filter(isScalar).map(leafName);
  return render({
    name: model.name,
    class: className(model.name),
    declaration: declarationHash(model),
    totals: ["loss", ...model.metrics.keys()],
    shape: ["-1", ...rest].join(", "),
    divisor: literal(divisor, true).text,
    numbers: scalars.map((name) => `, ${name}=${NUMBERS[name] ?? "None"}`).join(""),
  });
}

const inputNamed = ({ inputs }: ModelDeclaration, name: string): Node | undefined =>
  inputs.find((each) => leafName(each) === name);
