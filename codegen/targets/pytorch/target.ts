/** The PyTorch target: a module with its own gradients, for those who go on in Python. @module */
import type { CompiledModule } from "../../kernel/kernel.ts";
import type { Emitted, Source, Target } from "../target.ts";
import { layerText } from "./layer_text.ts";
import { modelText } from "./model_text.ts";
import { trainText } from "./train_text.ts";

// deno-lint-ignore require-await -- targets may await
async function emit({ name }: CompiledModule, { declaration }: Source): Promise<Emitted> {
  const content = declaration.kind === "layer" ? layerText(declaration) : modelText(declaration);
  const script = declaration.kind === "model" ? trainText(declaration) : undefined;
  return {
    files: [
      { path: `${name}.py`, content },
      ...(script === undefined ? [] : [{ path: "train.py", content: script }]),
    ],
    imports: [],
    moduleProperties: {},
    notes: [],
    kernelProperties: () => ({}),
  };
}

/** The target. */
export const PYTORCH: Target = { name: "pytorch", emit };
