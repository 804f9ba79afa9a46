/**
 * Captured kernels as folders that a person can read, and run.
 *
 * @module
 */
import { mkdir, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FormatError } from "../formats/format_error.ts";
import { decodeNpz, encodeNpz } from "../formats/npz.ts";
import type { ModuleSpec } from "../spec.ts";
import type { Capture } from "../train/capture.ts";
import { messageOf } from "../wording.ts";
import { writeAtomically } from "./atomic_file.ts";

/** What a capture says beside its arrays and texts. */
type Facts = Omit<Capture, "inputs" | "outputs" | "texts">;

const FACTS = "capture.json",
  INPUTS = "inputs.npz",
  OUTPUTS = "outputs.npz",
  SCRIPT = "reproduce.ts";

/**
 * Writes a capture as a folder: `capture.json`, `inputs.npz` and `outputs.npz`, the kernel's shaders, and
 * `reproduce.ts`, a script for Deno that runs the kernel again. What lies there of another capture is replaced.
 *
 * @param spec the module that the kernel belongs to
 * @throws {Error} if the folder holds other things, or cannot be written
 */
export async function saveCapture(
  folder: string,
  capture: Capture,
  spec: ModuleSpec,
): Promise<void> {
  const { inputs, outputs, texts, ...facts } = capture;
  await mkdir(folder, { recursive: true });
  const present = await readdir(folder);
  if (present.length > 0 && !present.includes(FACTS)) {
    throw new Error(
      `Cannot write a capture to ${folder}: it holds other files, such as ${
        present[0]
      }; name another folder.`,
    );
  }
  const write = (name: string, data: Uint8Array | string) =>
    writeAtomically(join(folder, name), data);
  await write(FACTS, JSON.stringify(facts satisfies Facts, null, 2) + "\n");
  await write(INPUTS, encodeNpz(inputs));
  await write(OUTPUTS, encodeNpz(outputs));
  for (const { file, source } of texts) await write(basename(file), source);
  await write(SCRIPT, scriptOf(facts, spec));
}

/**
 * Reads a capture that {@linkcode saveCapture} has written; the kernel's texts are left to their files.
 *
 * @throws {FormatError} if the folder holds no whole capture
 */
export async function loadCapture(folder: string): Promise<Capture> {
  const read = (name: string) =>
    readFile(join(folder, name)).catch((cause) => {
      throw new FormatError(`${folder} holds no whole capture: ${messageOf(cause)}.`, { cause });
    });
  const arrays = async (name: string) => decodeNpz(await read(name), join(folder, name));
  const facts: Facts = JSON.parse(new TextDecoder().decode(await read(FACTS)));
  return { ...facts, inputs: await arrays(INPUTS), outputs: await arrays(OUTPUTS), texts: [] };
}

/** The script; see {@linkcode saveCapture}. */
function scriptOf(
  { module, program, kernel, layer, formula, values }: Facts,
  spec: ModuleSpec,
): string {
  const runtime = new URL("../", import.meta.url);
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  const binding = new URL(`${module}.ts`, spec.wasm.plain);
  const sizes = Object.entries(values).map(([name, value]) => `${name} = ${value}`).join(", ");
  return `// Kernel ${kernel} of ${layer}, in program ${program} of ${module}, for ${sizes}:
${formula.replaceAll(/^/gm, "//   ")}
// Runs it again on inputs.npz, on the backend that it ran on, or on another one:
//   deno run --allow-all --config ${config} reproduce.ts [wasm | webgpu]
import process from "node:process";
import { openBackend, outputFaults, replayKernel } from "${new URL("mod.ts", runtime)}";
import { loadCapture } from "${new URL("files/mod.ts", runtime)}";
import * as binding from "${binding}";

const capture = await loadCapture(import.meta.dirname ?? ".");
const [, , asked = capture.backend] = process.argv;
const { backend, reason } = await openBackend({ backend: asked === "webgpu" ? "webgpu" : "wasm" });
console.log(\`\${reason}.\`);
const [spec] = Object.values(binding);
const outputs = await replayKernel(await backend.load(spec, capture.dims), capture);
// Backends round differently; the same one gives the same bits.
const tolerance = asked === capture.backend ? 0 : 1e-4;
const faults = outputFaults(capture.outputs, outputs, tolerance);
console.log(faults.length === 0 ? "All outputs are finite, and as captured." : faults.join("\\n"));
await backend.dispose();
process.exit(faults.length === 0 ? 0 : 1);
`;
}
