/** The native target: all kernels of a module in one text of C, which is compiled where it runs. @module */
import { createHash } from "node:crypto";
import type { CompiledModule } from "../../kernel/kernel.ts";
import type { Emitted, Target } from "../target.ts";
import { planModule } from "./module_plan.ts";
import { writeModule } from "./module_text.ts";
import { notesOf } from "./notes.ts";

// deno-lint-ignore require-await -- targets may await
async function emit(module: CompiledModule): Promise<Emitted> {
  const plan = planModule(module);
  const { text, lines } = writeModule(plan);
  const sha256 = createHash("sha256").update(text).digest("hex");
  const binding = `{
  source: new URL("./kernels.c", import.meta.url),
  sha256: ${JSON.stringify(sha256)},
}`;
  return {
    files: [{ path: "kernels.c", content: text, provenances: lines }],
    imports: [],
    moduleProperties: { native: binding },
    notes: notesOf(plan),
    kernelProperties: () => ({}),
  };
}

/** The target. */
export const NATIVE: Target = { name: "native", emit };
