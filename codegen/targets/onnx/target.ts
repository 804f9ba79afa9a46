/** The ONNX target: the prediction of a model for whatever runs ONNX. @module */
import { DeclarationError } from "../../../dsl/errors.ts";
import type { CompiledModule } from "../../kernel/kernel.ts";
import type { Emitted, Source, Target } from "../target.ts";
import { modelFile, OPSET } from "./model_file.ts";

const FILE = "predict.onnx";

const NOTHING: Emitted = {
  files: [],
  imports: [],
  moduleProperties: {},
  notes: [],
  kernelProperties: () => ({}),
};

// deno-lint-ignore require-await -- targets may await
async function emit(_: CompiledModule, { declaration }: Source): Promise<Emitted> {
  if (declaration.kind !== "model") return NOTHING;
  try {
    return {
      ...NOTHING,
      files: [{ path: FILE, content: modelFile(declaration) }],
      moduleProperties: { onnx: `new URL("./${FILE}", import.meta.url)` },
      notes: [
        "## ONNX",
        "",
        `\`${FILE}\` holds the prediction in operators of opset ${OPSET}, for batches of any size. Parameters are ` +
        "inputs of its graph; `deno task export` makes constants of them.",
        "",
      ],
    };
  } catch (error) {
    // A model that trains need not have a form in ONNX.
    if (!(error instanceof DeclarationError)) throw error;
    return { ...NOTHING, notes: ["## ONNX", "", `${error.message}.`, ""] };
  }
}

/** The target. */
export const ONNX: Target = { name: "onnx", emit };
