/**
 * `deno task export`: writes the parameters of a checkpoint to a file of their own. It computes nothing, so no
 * device is opened.
 *
 * @module
 */
import { readFile, realpath } from "node:fs/promises";
import { runCommandLine, UsageError } from "../../commands/command_line.ts";
import { requireOutputPath } from "../../commands/output_path.ts";
import { writeAtomically } from "../../runtime/files/atomic_file.ts";
import { checkpointAt } from "../../runtime/files/checkpoint_folder.ts";
import { decodeArrayFile } from "../../runtime/formats/array_file.ts";
import { FormatError } from "../../runtime/formats/format_error.ts";
import type { NamedArrays } from "../../runtime/formats/named_array.ts";
import { onnxInputs, withWeights } from "../../runtime/formats/onnx.ts";
import type { ModuleSpec } from "../../runtime/spec.ts";
import { isCheckpoint } from "../../runtime/train/checkpoint_file.ts";
import { requireFitting } from "../../runtime/train/model_arrays.ts";
import { decodeWeights, encodeWeights } from "../../runtime/train/weights.ts";
import { ONNX_ENDING, parseExportArguments, requireWeightFile } from "./export_options.ts";
import { NETWORKS } from "./models.ts";

const SPECS: readonly ModuleSpec[] = Object.values(NETWORKS);

/** Runs the command; returns its exit code. */
export function main(args: readonly string[]): Promise<number> {
  return runCommandLine(
    parseExportArguments(args),
    (_, [checkpoint = "", file = ""]) => exportWeights(checkpoint, file),
  );
}

async function exportWeights(checkpoint: string, file: string): Promise<number> {
  requireWeightFile(file);
  await requireOutputPath("the weights", file);
  const source = await checkpointAt(checkpoint);
  if (await isSameFile(source, file)) {
    throw new UsageError(
      `Cannot write the weights ${file}: it is the file that they are read from, and training could not go on ` +
        `from it any more; give another name.`,
    );
  }
  const given = await readFile(source);
  const { weights, bytes } = file.endsWith(ONNX_ENDING)
    ? await networkIn(given, source)
    : weightFile(weightsIn(given, source), file);
  await writeAtomically(file, bytes);
  for (const [name, { dtype, shape }] of weights) {
    console.log(`${name}: ${dtype} [${shape.join(", ")}]`);
  }
  console.log(`Written to ${file}: ${(bytes.length / 1e6).toFixed(1)} MB.`);
  return 0;
}

/** What is written, and the tensors in it. */
interface Written {
  readonly weights: NamedArrays;
  readonly bytes: Uint8Array;
}

const weightFile = (weights: NamedArrays, file: string): Written => ({
  weights,
  bytes: encodeWeights(weights, file),
});

/** The prediction of a checkpoint's model, with all that was trained as constants. */
async function networkIn(bytes: Uint8Array, file: string): Promise<Written> {
  const { arrays, metadata } = decodeArrayFile(bytes, file);
  if (!isCheckpoint(metadata)) {
    throw new FormatError(
      `${file} holds weights, and does not tell of which network; write a network from a checkpoint.`,
    );
  }
  const { name, onnx, tensors } = specNamed(metadata.module ?? "", file);
  if (onnx === undefined) {
    throw new FormatError(`${name} has no form in ONNX; its plan.md tells why.`);
  }
  const network = await readFile(onnx);
  const weights = new Map(
    onnxInputs(network, onnx.pathname).filter((input) => tensors[input]?.kind !== "input")
      .map((input) => {
        const array = arrays.get(input);
        if (array === undefined) throw new FormatError(`${file} has no "${input}".`);
        return [input, array];
      }),
  );
  return { weights, bytes: withWeights(network, weights, onnx.pathname) };
}

/** The network that a checkpoint is of. */
function specNamed(module: string, file: string): ModuleSpec {
  const spec = SPECS.find(({ name }) => name === module);
  if (spec !== undefined) return spec;
  const names = SPECS.map(({ name }) => name).join(", ");
  throw new FormatError(
    `${file} is a checkpoint of model "${module}", but this task knows only ${names}; ` +
      `read it with the program that saved it.`,
  );
}

/** True if both paths lead to one file, by links or not. */
async function isSameFile(path: string, other: string): Promise<boolean> {
  const real = (each: string) => realpath(each).catch(() => undefined);
  return await real(path) === await real(other);
}

/** The parameters in a checkpoint, or all arrays of another file. */
function weightsIn(bytes: Uint8Array, file: string): NamedArrays {
  const { arrays, metadata } = decodeArrayFile(bytes, file);
  if (!isCheckpoint(metadata)) return arrays;
  const spec = specNamed(metadata.module ?? "", file);
  const weights = decodeWeights(bytes, file, spec);
  // Another declaration may have had other parameters. Their sizes do not depend on these dims.
  requireFitting(spec, { B: 1, samples: 1 }, weights, ["parameter"], file);
  return weights;
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
