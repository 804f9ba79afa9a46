/**
 * `deno task predict`: tells which digits pictures show.
 *
 * @module
 */
import { runCommandLine, UsageError } from "../../commands/command_line.ts";
import { nameVulkanFolder } from "../../commands/vulkan_folder.ts";
import { counted } from "../../runtime/wording.ts";
import { TrainedNetwork } from "./checkpoint_model.ts";
import { SIDE, toDigit } from "./digit_image.ts";
import { PictureError } from "./grey_picture.ts";
import { CLASSES } from "./mnist_files.ts";
import { decodePng } from "./png_image.ts";
import { parsePredictArguments, type PredictOptions } from "./predict_options.ts";
import { describePrediction, predictionOf } from "./prediction.ts";

const PIXELS = SIDE ** 2;
/** Images that are computed at once; few commands have more. */
const BATCH = 100;
/** How standard input is written on the command line. */
const STANDARD_INPUT = "-";

/** Standard input. */
type Input = Pick<typeof Deno.stdin, "readable" | "isTerminal">;

/** A picture as the network sees it. */
interface SeenPicture {
  readonly file: string;
  readonly pixels: Float32Array<ArrayBuffer>;
}

/** Runs the command; returns its exit code. */
export function main(args: readonly string[], input: Input = Deno.stdin): Promise<number> {
  return runCommandLine(
    parsePredictArguments(args),
    (options, [checkpoint = "", ...files]) => predict(checkpoint, files, options, input),
  );
}

async function predict(
  checkpoint: string,
  given: readonly string[],
  options: PredictOptions,
  input: Input,
): Promise<number> {
  const files = given.length === 0 ? [STANDARD_INPUT] : given;
  requireInput(files, input);
  const { pictures, refusals } = await readAll(files, input);
  refusals.forEach((refusal) => console.error(refusal));
  if (pictures.length === 0) return 1;
  nameVulkanFolder();
  const network = await TrainedNetwork.open(
    checkpoint,
    options,
    Math.min(BATCH, pictures.length),
  );
  try {
    console.log(await answer(network, pictures, options.json ?? false));
  } finally {
    await network.close();
  }
  return refusals.length === 0 ? 0 : 1;
}

/** Refuses to wait for what nobody will type, and to read twice what comes once. */
function requireInput(files: readonly string[], input: Input): void {
  const times = files.filter((file) => file === STANDARD_INPUT).length;
  if (times > 1) {
    throw new UsageError(
      `Cannot read standard input ${counted(times, "time")}; give ${STANDARD_INPUT} once.`,
    );
  }
  if (times === 1 && input.isTerminal()) {
    throw new UsageError("Missing image: name a PNG file, or let one come from a pipe.");
  }
}

/** All pictures that can be used, and why the others cannot. */
async function readAll(
  files: readonly string[],
  input: Input,
): Promise<{ readonly pictures: readonly SeenPicture[]; readonly refusals: readonly string[] }> {
  const pictures: SeenPicture[] = [];
  const refusals: string[] = [];
  for (const file of files) {
    const name = file === STANDARD_INPUT ? "standard input" : file;
    try {
      const bytes = file === STANDARD_INPUT
        ? new Uint8Array(await new Response(input.readable).arrayBuffer())
        : await bytesOf(file);
      pictures.push({ file: name, pixels: toDigit(decodePng(bytes, name), name) });
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      refusals.push(error.message);
    }
  }
  return { pictures, refusals };
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(file);
  } catch (error) {
    const { NotFound, NotADirectory, IsADirectory, PermissionDenied } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) {
      throw new PictureError(`${file} does not exist; give a PNG.`);
    }
    if (error instanceof IsADirectory) throw new PictureError(`${file} is a folder; give a PNG.`);
    if (error instanceof PermissionDenied) {
      throw new PictureError(`${file} cannot be read: its permissions do not allow it.`);
    }
    throw error;
  }
}

/** All that the command prints about pictures. */
async function answer(
  network: TrainedNetwork,
  pictures: readonly SeenPicture[],
  json: boolean,
): Promise<string> {
  const pixels = new Float32Array(pictures.length * PIXELS);
  pictures.forEach((picture, at) => pixels.set(picture.pixels, at * PIXELS));
  const logits = await network.logits(pixels);
  const predictions = pictures.map(({ file }, at) =>
    predictionOf(file, logits.subarray(at * CLASSES, (at + 1) * CLASSES))
  );
  if (json) return JSON.stringify(predictions, null, 2);
  return pictures.map(({ pixels }, at) => {
    const prediction = predictions[at];
    return prediction === undefined ? "" : describePrediction(prediction, pixels);
  }).join("\n\n");
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
