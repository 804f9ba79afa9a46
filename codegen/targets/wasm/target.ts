/** The WebAssembly target: all kernels of a module in one file, as text and as bytes. @module */
import type { Emitted, Target } from "../target.ts";
import type { CompiledModule } from "../../kernel/kernel.ts";
import { emitWasm } from "./emit.ts";

async function emit(module: CompiledModule): Promise<Emitted> {
  const { wat, bytes } = await emitWasm(module);
  return {
    files: [
      { path: "kernels.wat", content: wat },
      { path: "kernels.wasm", content: new Uint8Array(bytes) },
    ],
    imports: [],
    moduleProperties: { wasm: 'new URL("./kernels.wasm", import.meta.url)' },
    kernelProperties: () => ({}),
  };
}

/** The target. */
export const WASM: Target = { name: "wasm", emit };
