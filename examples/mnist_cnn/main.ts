/**
 * `deno task cnn`: trains a small convolution network on MNIST for one epoch, or for as many as are asked
 * for: `deno task cnn 3`.
 *
 * @module
 */
import { mnistCnn } from "../../generated/mnist_cnn/mnist_cnn.ts";
import { openBackend } from "../../runtime/open_backend.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { Trainer } from "../../runtime/train/trainer.ts";
import { tableHeading, tableRow } from "../mnist/epoch_table.ts";
import { openMnist } from "../mnist/mnist_files.ts";
import { ProgressBar } from "../mnist/progress_bar.ts";

/** Trains, and prints a line for each epoch. */
export async function trainCnn(epochs: number, stepLimit?: number): Promise<number> {
  const { training, validation } = await openMnist();
  const dims = { B: 50, samples: training.count + validation.count };
  const { backend, reason } = await openBackend();
  console.log(`${reason}.`);
  const model = await backend.load(mnistCnn, dims);
  initialiseModule(model, dims, 1);
  const trainer = new Trainer({
    model,
    training,
    validation,
    batchSize: dims.B,
    epochs,
    seed: 1,
    ...stepLimit === undefined ? {} : { stepLimit },
  });
  const bar = new ProgressBar();
  let accuracy = NaN;
  console.log(tableHeading());
  for await (const event of trainer.run()) {
    if (event.kind === "progress") bar.show(event);
    if (event.kind !== "epoch_end") continue;
    bar.hide();
    console.log(tableRow(event));
    accuracy = event.validation?.accuracy ?? NaN;
  }
  bar.hide();
  await backend.dispose();
  return accuracy;
}

if (import.meta.main) await trainCnn(Number(Deno.args[0] ?? 1));
