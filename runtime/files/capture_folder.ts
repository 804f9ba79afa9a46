/**
 * Captured kernels as folders that a person can read, and run.
 *
 * @module
 */
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BACKEND_NAMES } from "../backend.ts";
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
  SCRIPT = "reproduce.ts",
  CONFIG = "deno.json";

/** What facts have to be, so that a kernel can be run again. */
const KINDS = {
  module: "string",
  declaration: "string",
  program: "string",
  kernel: "string",
  layer: "string",
  formula: "string",
  backend: "string",
  dims: "numbers",
  values: "numbers",
} as const satisfies Readonly<Record<keyof Facts, "string" | "numbers">>;

/**
 * Writes a capture as a folder: `capture.json`, `inputs.npz` and `outputs.npz`, the kernel's shaders, and
 * `reproduce.ts`, a script for Deno that runs the kernel again, with a `deno.json` that lets it run anywhere on
 * this machine. Over another capture, files of these names are replaced.
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
  const [first] = await namesIn(folder);
  if (first !== undefined && !await isCapture(folder)) {
    throw new Error(
      `Cannot write a capture to ${folder}: it holds other files, such as ${first}; name another folder.`,
    );
  }
  const write = (name: string, data: Uint8Array | string) =>
    writeAtomically(join(folder, name), data);
  await write(FACTS, JSON.stringify(facts satisfies Facts, null, 2) + "\n");
  await write(INPUTS, encodeNpz(inputs));
  await write(OUTPUTS, encodeNpz(outputs));
  for (const { file, source } of texts) await write(basename(file), source);
  await write(CONFIG, configText());
  await write(SCRIPT, scriptOf(facts, spec, await wholeTextsOf(spec)));
}

/** Sentences about files with the text of a whole module, of those that there are. */
async function wholeTextsOf({ wasm, native }: ModuleSpec): Promise<readonly string[]> {
  const urls = [
    ["WebAssembly", new URL("kernels.wat", wasm.plain)],
    ["C", native?.source],
  ] as const;
  const sentences = urls.map(async ([language, url]) => {
    if (url === undefined) return [];
    const file = fileURLToPath(url);
    return await stat(file).then(() => [`Its ${language} is a part of ${file}.`], () => []);
  });
  return (await Promise.all(sentences)).flat();
}

/** True if a folder holds what a capture says; other things may be called `capture.json` too. */
function isCapture(folder: string): Promise<boolean> {
  return factsIn(folder).then(() => true, () => false);
}

/** The names in a folder, which is made where there is none. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    await mkdir(folder, { recursive: true });
    return await readdir(folder);
  } catch (cause) {
    throw new Error(
      `Cannot write a capture to ${folder}: ${messageOf(cause)}; name another folder.`,
      { cause },
    );
  }
}

/**
 * Reads a capture that {@linkcode saveCapture} has written; the kernel's texts are left to their files.
 *
 * @throws {FormatError} if the folder holds no whole capture
 */
export async function loadCapture(folder: string): Promise<Capture> {
  const arrays = async (name: string) => decodeNpz(await read(folder, name), join(folder, name));
  const facts = await factsIn(folder);
  return { ...facts, inputs: await arrays(INPUTS), outputs: await arrays(OUTPUTS), texts: [] };
}

async function read(folder: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(join(folder, name));
  } catch (cause) {
    throw new FormatError(`${folder} holds no whole capture: ${messageOf(cause)}.`, { cause });
  }
}

async function factsIn(folder: string): Promise<Facts> {
  return factsOf(new TextDecoder().decode(await read(folder, FACTS)), join(folder, FACTS));
}

function factsOf(text: string, file: string): Facts {
  const damaged = (what: string) =>
    new FormatError(`${file} is damaged: ${what}; capture the kernel anew.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(messageOf(error));
  }
  if (!isObject(json)) throw damaged("it holds no object");
  for (const [name, kind] of Object.entries(KINDS)) {
    const value = json[name];
    const fits = kind === "string"
      ? typeof value === "string"
      : isObject(value) && Object.values(value).every((each) => typeof each === "number");
    if (!fits) {
      throw damaged(
        `"${name}" is ${JSON.stringify(value)} and no ${
          kind === "string" ? "text" : "object of numbers"
        }`,
      );
    }
  }
  // It has just been found to have this form.
  return json as unknown as Facts;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Names of packages mean what they mean to this runtime; nothing is written beside the script. */
function configText(): string {
  const importMap = new URL("../../deno.json", import.meta.url).href;
  return JSON.stringify({ importMap, lock: false }, null, 2) + "\n";
}

/** The script; see {@linkcode saveCapture}. */
function scriptOf(
  { module, program, kernel, layer, formula, values }: Facts,
  spec: ModuleSpec,
  wholeTexts: readonly string[],
): string {
  const runtime = new URL("../", import.meta.url);
  const binding = new URL(`${module}.ts`, spec.wasm.plain);
  const sizes = Object.entries(values).map(([name, value]) => `${name} = ${value}`).join(", ");
  return `// Kernel ${kernel} of ${layer}, in program ${program} of ${module}, for ${sizes}:
${formula.replaceAll(/^/gm, "//   ")}
${
    wholeTexts.map((sentence) => `// ${sentence}\n`).join("")
  }// Runs it again on inputs.npz, on the backend that it ran on, or on another one:
//   deno run --allow-all reproduce.ts [${BACKEND_NAMES.join(" | ")}]
import process from "node:process";
import { BACKEND_NAMES, openBackend, outputFaults, replayKernel } from "${new URL(
    "mod.ts",
    runtime,
  )}";
import { loadCapture } from "${new URL("files/mod.ts", runtime)}";
import * as binding from "${binding}";

const capture = await loadCapture(import.meta.dirname ?? ".");
const [, , asked = capture.backend] = process.argv;
const name = BACKEND_NAMES.find((each) => each === asked);
if (name === undefined) {
  console.error(\`Cannot run on "\${asked}"; choose one of \${BACKEND_NAMES.join(", ")}.\`);
  process.exit(2);
}
const { backend, reason } = await openBackend({ backend: name });
console.log(\`\${reason}.\`);
const [spec] = Object.values(binding);
const outputs = await replayKernel(await backend.load(spec, capture.dims), capture);
// Backends round differently; the same one gives the same bits.
const tolerance = backend.info.name === capture.backend ? 0 : 1e-4;
const faults = outputFaults(capture.outputs, outputs, tolerance);
console.log(faults.length === 0 ? "All outputs are finite, and as captured." : faults.join("\\n"));
await backend.dispose();
process.exit(faults.length === 0 ? 0 : 1);
`;
}
