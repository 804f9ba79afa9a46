/**
 * `deno task evaluate`: judges a trained network by the test images of MNIST.
 *
 * @module
 */
import { runCommandLine } from "../../commands/command_line.ts";
import { requireOutputPath } from "../../commands/output_path.ts";
import { nameVulkanFolder } from "../../commands/vulkan_folder.ts";
import { type ByteChunks, DataError } from "../../runtime/data/byte_file.ts";
import type { LabelledBytes } from "../../runtime/data/labelled_bytes.ts";
import { writeAtomically } from "../../runtime/files/atomic_file.ts";
import type { Position } from "../../runtime/train/checkpoint.ts";
import { counted } from "../../runtime/wording.ts";
import { TrainedNetwork } from "./checkpoint_model.ts";
import { classScores, confusionTable } from "./confusion.ts";
import { drawingRows, drawTrimmed } from "./digit_drawing.ts";
import { SIDE } from "./digit_image.ts";
import { type EvaluateOptions, parseEvaluateArguments } from "./evaluate_options.ts";
import { judge, type JudgedSample, type Judgement, summary } from "./judgement.ts";
import { CLASSES, openMnist } from "./mnist_files.ts";

const PIXELS = SIDE ** 2;
/** How many of the images are drawn at which the network was most wrong. */
const WORST = 20;

/** Images and their digits. */
interface Samples {
  /** [count, 28, 28], from 0 to 255. */
  readonly images: Uint8Array;
  /** [count] */
  readonly digits: Uint8Array;
}

/** Runs the command; returns its exit code. */
export function main(args: readonly string[]): Promise<number> {
  return runCommandLine(
    parseEvaluateArguments(args),
    (options, [checkpoint = ""]) => evaluate(checkpoint, options),
  );
}

async function evaluate(checkpoint: string, options: EvaluateOptions): Promise<number> {
  if (options.json !== undefined) await requireOutputPath("the numbers", options.json);
  nameVulkanFolder();
  const { validation } = await openMnist(options.data);
  const network = await TrainedNetwork.open(checkpoint, options, options.batch);
  try {
    console.log(`${network.reason}.\n`);
    const { images, digits } = await readAll(validation);
    const judged = judge(await network.logits(lights(images)), digits);
    const judgement = summary(judged, CLASSES, WORST);
    console.log(describe(network, judgement, images));
    if (options.json !== undefined) {
      const report = reportOf(network, judgement);
      await writeAtomically(options.json, `${JSON.stringify(report, null, 2)}\n`);
    }
    return 0;
  } finally {
    await network.close();
  }
}

async function readAll({ count, width, features, labels }: LabelledBytes): Promise<Samples> {
  if (width !== PIXELS || count === 0) {
    throw new DataError(
      `Cannot judge by these images: there are ${count} of ${width} pixels each; ` +
        `give at least one, of ${SIDE} × ${SIDE} pixels.`,
    );
  }
  return {
    images: await joined(features(), count * width),
    digits: await joined(labels(), count),
  };
}

async function joined(chunks: ByteChunks, length: number): Promise<Uint8Array> {
  const whole = new Uint8Array(length);
  let at = 0;
  for await (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Pixels as the network takes them, from 0 to 1. */
function lights(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(bytes, (byte) => byte / 255);
}

/** All that the command prints about a network. */
function describe(
  { source: { name, file, position } }: TrainedNetwork,
  { samples, loss, accuracy, confusion, mostWrong }: Judgement,
  images: Uint8Array,
): string {
  const right = Math.round(accuracy * samples);
  const origin = position === undefined ? name : `${name}, after ${progress(position)}`;
  const summary = `${file} (${origin}): loss ${loss.toFixed(4)}, accuracy ${
    (100 * accuracy).toFixed(2)
  } % (${right} of ${samples} images)`;
  const hasColours = Deno.stdout.isTerminal() && !Deno.noColor;
  const parts = [summary, confusionTable(confusion, hasColours)];
  if (mostWrong.length > 0) parts.push("Most wrong:", drawn(mostWrong, images));
  return parts.join("\n\n");
}

/** How long was trained. */
function progress({ epoch, batch }: Position): string {
  const epochs = epoch - 1; // The position's own is in progress.
  if (epochs === 0) return counted(batch, "step");
  return batch === 0
    ? counted(epochs, "epoch")
    : `${counted(epochs, "epoch")} and ${counted(batch, "step")}`;
}

function drawn(mostWrong: readonly JudgedSample[], images: Uint8Array): string {
  const pictures = mostWrong.map(({ index }) =>
    lights(images.subarray(index * PIXELS, (index + 1) * PIXELS))
  );
  const drawings = drawTrimmed(pictures);
  return drawingRows(
    mostWrong.map(({ index, truth, prediction, probability }, at) => ({
      lines: drawings[at] ?? [],
      caption: [`a ${truth}, taken for ${prediction}`, `${percent(probability)} sure, #${index}`],
    })),
    terminalColumns(),
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Characters of a line. */
function terminalColumns(): number {
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : 80;
}

/** What `--json` writes. */
function reportOf(
  { source: { name, file, position }, backend }: TrainedNetwork,
  { confusion, mostWrong, ...judgement }: Judgement,
) {
  const { name: backendName, adapter, threads } = backend;
  return {
    file,
    model: name,
    position: position ?? null,
    backend: { name: backendName, adapter, threads },
    ...judgement,
    confusion,
    // JSON has no NaN: null where a class has no samples.
    classes: classScores(confusion),
    mostWrong,
  };
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
