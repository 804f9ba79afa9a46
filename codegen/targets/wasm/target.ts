/** The WebAssembly target: all kernels of a module in one file, as text and as bytes. @module */
import { functionOfDims, printExtent } from "../../typescript/extent.ts";
import type { CompiledModule } from "../../kernel/kernel.ts";
import type { Emitted, Target } from "../target.ts";
import { emitWasm } from "./emit.ts";
import { type ModulePlan, planModule } from "./module_plan.ts";
import { notesOf } from "./notes.ts";
import { listsBytes } from "./zero_lists.ts";

/** What the runtime is told, as TypeScript. */
function binding({ transposed, lists }: ModulePlan): string {
  const scratch = lists.map(({ name, rows, room }) => {
    const bytes = functionOfDims((dim) =>
      listsBytes(`(${printExtent(rows, dim)})`, `(${printExtent(room, dim)})`)
    );
    return `${JSON.stringify(name)}: { bytes: ${bytes} },`;
  });
  return `{
  relaxed: new URL("./kernels.wasm", import.meta.url),
  plain: new URL("./kernels.plain.wasm", import.meta.url),
  transposed: ${JSON.stringify(transposed)},
  scratch: {${scratch.join("\n")}},
}`;
}

async function emit(module: CompiledModule): Promise<Emitted> {
  const plan = planModule(module);
  const { wat, relaxed, plain } = await emitWasm(plan);
  return {
    files: [
      { path: "kernels.wat", content: wat },
      { path: "kernels.wasm", content: relaxed },
      { path: "kernels.plain.wasm", content: plain },
    ],
    imports: [],
    moduleProperties: { wasm: binding(plan) },
    notes: notesOf(plan),
    kernelProperties: () => ({}),
  };
}

/** The target. */
export const WASM: Target = { name: "wasm", emit };
