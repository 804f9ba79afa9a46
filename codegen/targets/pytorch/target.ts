/** The PyTorch target: a module with its own gradients, for those who go on in Python. @module */
import type { CompiledModule } from "../../kernel/kernel.ts";
import type { Emitted, Source, Target } from "../target.ts";
import { layerText } from "./layer_text.ts";
import { modelText } from "./model_text.ts";

// deno-lint-ignore require-await -- targets may await
async function emit({ name }: CompiledModule, { declaration }: Source): Promise<Emitted> {
  const content = declaration.kind === "layer" ? layerText(declaration) : modelText(declaration);
  return {
    files: [{ path: `${name}.py`, content }],
    imports: [],
    moduleProperties: {},
    notes: [],
    kernelProperties: () => ({}),
  };
}

/** The target. */
export const PYTORCH: Target = { name: "pytorch", emit };
