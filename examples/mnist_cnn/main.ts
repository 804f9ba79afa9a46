/**
 * `deno task cnn`: trains a small convolution network on MNIST.
 *
 * Exit codes: 0 done, 1 failed, 2 the command line cannot be followed.
 *
 * @module
 */
import { runCommandLine } from "../../commands/command_line.ts";
import { nameVulkanFolder } from "../../commands/vulkan_folder.ts";
import { mnistCnn } from "../../generated/mnist_cnn/mnist_cnn.ts";
import { openBackend } from "../../runtime/open_backend.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { Trainer } from "../../runtime/train/trainer.ts";
import { tableHeading, tableRow } from "../mnist/epoch_table.ts";
import { openMnist } from "../mnist/mnist_files.ts";
import { ProgressBar } from "../mnist/progress_bar.ts";
import { type CnnOptions, parseCnnArguments } from "./options.ts";

/** Trains, prints a line for each epoch, and returns the last accuracy. */
export async function trainCnn(options: CnnOptions): Promise<number> {
  const { batch, epochs, seed, steps: stepLimit } = options;
  const { training, validation } = await openMnist(options.data);
  const dims = { B: batch, samples: training.count + validation.count };
  const { backend, reason } = await openBackend(options);
  const bar = new ProgressBar();
  try {
    console.log(`${reason}.`);
    const model = await backend.load(mnistCnn, dims);
    initialiseModule(model, dims, seed);
    const trainer = new Trainer({
      model,
      training,
      validation,
      batchSize: batch,
      epochs,
      seed,
      ...stepLimit === undefined ? {} : { stepLimit },
    });
    let accuracy = NaN;
    console.log(tableHeading());
    for await (const event of trainer.run()) {
      if (event.kind === "progress") bar.show(event);
      if (event.kind !== "epoch_end") continue;
      bar.hide();
      console.log(tableRow(event));
      accuracy = event.validation?.accuracy ?? NaN;
    }
    return accuracy;
  } finally {
    bar.hide();
    await backend.dispose();
  }
}

/** Runs the command; returns its exit code. */
function main(args: readonly string[]): Promise<number> {
  nameVulkanFolder();
  return runCommandLine(parseCnnArguments(args), async (options) => {
    await trainCnn(options);
    return 0;
  });
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
