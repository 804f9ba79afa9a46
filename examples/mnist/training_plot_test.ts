import assert from "node:assert/strict";
import { drawSvg } from "../../commands/draw_svg.ts";
import { type PlottedTraining, trainingPlot } from "./training_plot.ts";

/** A training whose losses fall from 1 to a number. */
function training(name: string, epochs: number, last: number): PlottedTraining {
  const loss = (epoch: number) => epochs === 1 ? last : last ** ((epoch - 1) / (epochs - 1));
  return {
    name,
    epochs: Array.from({ length: epochs }, (_, i) => ({
      epoch: i + 1,
      main: { loss: loss(i + 1), accuracy: 1 - loss(i + 1) / 2 },
      validation: { loss: loss(i + 1) * 0.9, accuracy: 1 - loss(i + 1) / 3 },
    })),
  };
}

/** Vega tells what it draws in labels: the values of every mark, and the title of every axis. */
async function labels(...trainings: readonly PlottedTraining[]): Promise<readonly string[]> {
  const svg = await drawSvg(trainingPlot(trainings));
  return [...svg.matchAll(/aria-label="([^"]*)"/g)].map(([, label = ""]) => label);
}

Deno.test("every line has its model, its samples and all of its epochs", async () => {
  const svg = await drawSvg(trainingPlot([training("shared", 5, 0.5), training("other", 3, 0.4)]));
  const lines = [...svg.matchAll(/<path aria-label="([^"]*)" [^>]*line mark[^>]* d="([^"]*)"/g)];
  assert.equal(lines.length, 8);
  for (const [, label = "", path = ""] of lines) {
    const points = label.includes("model: shared") ? 5 : 3;
    assert.equal(path.match(/[ML]/g)?.length, points, label);
  }
});

Deno.test("one epoch is a point, where a line would not be seen", async () => {
  const all = await labels(training("shared", 1, 0.6), training("other", 3, 0.4));
  const points = all.filter((label) => /^epoch: 1;.*model: shared/.test(label));
  assert.deepEqual(points, [
    "epoch: 1; mean loss: 0.6; model: shared; samples: training",
    "epoch: 1; mean loss: 0.54; model: shared; samples: validation",
    "epoch: 1; accuracy: 70%; model: shared; samples: training",
    "epoch: 1; accuracy: 80%; model: shared; samples: validation",
  ]);
});

Deno.test("a wide range of losses has a logarithmic scale that holds them all", async () => {
  const scaleOf = async (last: number) =>
    (await labels(training("shared", 4, last))).find((label) => label.startsWith("Y-axis"));
  assert.match(await scaleOf(0.1) ?? "", /'mean loss' for a linear scale with values from 0 to 1/);
  assert.match(
    await scaleOf(0.03) ?? "",
    /'mean loss \(logarithmic\)' for a log scale with values from 0\.02 to 1/,
  );
  assert.match(await scaleOf(0) ?? "", /linear scale/);
});

Deno.test("the picture's label tells the last numbers, and a missing validation is left out", async () => {
  const { name, epochs } = training("shared", 2, 0.5);
  const cancelled = epochs.map((each) => each.epoch === 2 ? { ...each, validation: null } : each);
  const [label] = await labels({ name, epochs: cancelled });
  assert.equal(
    label,
    "Losses and accuracies by epoch. shared, epoch 2: training loss 0.500, accuracy 75.00 %.",
  );
});

Deno.test("nothing to plot, and two models of one name, are refused", () => {
  assert.throws(() => trainingPlot([]), /^RangeError: Cannot plot training: no epoch is over\.$/);
  assert.throws(
    () => trainingPlot([training("shared", 1, 1), training("shared", 2, 1)]),
    /^RangeError: Cannot plot training: two models are named shared\.$/,
  );
});
