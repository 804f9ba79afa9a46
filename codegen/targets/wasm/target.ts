/** The WebAssembly target: all kernels of a module in one file, as text and as bytes. @module */
import type { Emitted, Target } from "../target.ts";
import type { CompiledModule } from "../../kernel/kernel.ts";
import { emitWasm } from "./emit.ts";

async function emit(module: CompiledModule): Promise<Emitted> {
  const { wat, relaxed, plain } = await emitWasm(module);
  return {
    files: [
      { path: "kernels.wat", content: wat },
      { path: "kernels.wasm", content: relaxed },
      { path: "kernels.plain.wasm", content: plain },
    ],
    imports: [],
    moduleProperties: {
      wasm: `{
  relaxed: new URL("./kernels.wasm", import.meta.url),
  plain: new URL("./kernels.plain.wasm", import.meta.url),
  transposed: [],
  scratch: {},
}`,
    },
    kernelProperties: () => ({}),
  };
}

/** The target. */
export const WASM: Target = { name: "wasm", emit };
