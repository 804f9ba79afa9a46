/** Runs files of ONNX where Microsoft's runtime is installed, which is too large to come with everything else. @module */
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));

/** A tensor as the script takes and gives it. */
export interface OnnxTensor {
  readonly type: "float32" | "int64";
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** A file, and what its graph is given. */
export interface OnnxCase {
  readonly file: string;
  readonly feeds: Readonly<Record<string, OnnxTensor>>;
}

/** The outputs of a graph by name. */
export type OnnxOutputs = Readonly<Record<string, Omit<OnnxTensor, "type">>>;

/**
 * Whether the runtime is there.
 *
 * @throws {Error} if it is not, although `TILEWRIGHT_REQUIRE_ONNX` is set
 */
export async function hasOnnxRuntime(): Promise<boolean> {
  const path = `${FOLDER}node_modules/onnxruntime-node/package.json`;
  if (await Deno.stat(path).then(() => true, () => false)) return true;
  if (Deno.env.get("TILEWRIGHT_REQUIRE_ONNX") === undefined) return false;
  throw new Error(`Cannot run files of ONNX: run "deno install" in ${FOLDER}`);
}

/** Runs all cases in one process. */
export async function runOnnx(cases: readonly OnnxCase[]): Promise<readonly OnnxOutputs[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "run.js"],
    cwd: FOLDER,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(cases)));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(`run.js failed: ${new TextDecoder().decode(stderr)}`);
  // The script writes this form.
  return JSON.parse(new TextDecoder().decode(stdout)) as readonly OnnxOutputs[];
}
