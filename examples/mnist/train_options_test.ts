import assert from "node:assert/strict";
import { parseTrainArguments, type TrainOptions } from "./train_options.ts";

function options(...args: string[]): TrainOptions {
  const parsed = parseTrainArguments(args);
  assert.ok(parsed.kind === "run");
  return parsed.options.options;
}

function refusal(...args: string[]): string {
  const parsed = parseTrainArguments(args);
  assert.ok(parsed.kind === "text" && parsed.exitCode === 2);
  return parsed.text;
}

Deno.test("without arguments everything has its default", () => {
  assert.deepEqual(options(), {
    model: "shared",
    epochs: 5,
    batch: 100,
    seed: 2016,
    backend: "auto",
    onDeviceLoss: "stop",
  });
});

Deno.test("every option is taken over", () => {
  const args = "--model original --epochs 2 --batch 7 --seed 9 --backend wasm --data d --steps 3";
  const more = ["--report=r.json", "--plot=p.svg", "--threads", "2", "--profile", "--patience=3"];
  const kept =
    "--checkpoint c --checkpoint-minutes 0.5 --on-device-loss restart --capture z2@3 --init w.npz";
  assert.deepEqual(options(...args.split(" "), ...more, ...kept.split(" ")), {
    model: "original",
    epochs: 2,
    batch: 7,
    seed: 9,
    backend: "wasm",
    threads: 2,
    profile: true,
    data: "d",
    steps: 3,
    report: "r.json",
    plot: "p.svg",
    patience: 3,
    checkpoint: "c",
    checkpointMinutes: 0.5,
    onDeviceLoss: "restart",
    capture: "z2@3",
    init: "w.npz",
  });
});

Deno.test("values that are not allowed are refused with one sentence", () => {
  const cases = [
    ["--epochs", "0", /'--epochs <n>' argument '0' is invalid\. Expected .* at least 1\.$/],
    ["--batch", "x", /'--batch <n>' argument 'x' is invalid\. Expected .* at least 1\.$/],
    ["--batch", "1e2", /'1e2' is invalid\. Expected a whole number/],
    ["--steps", "-1", /'-1' is invalid\. Expected a whole number of at least 1\.$/],
    ["--seed", "0.5", /'0\.5' is invalid\. Expected a whole number of at least 0\.$/],
    ["--seed", "9007199254740992", /is invalid\. Expected a whole number/],
    [
      "--model",
      "large",
      /'large' is invalid\. Allowed choices are shared, original, shared-f16\.$/,
    ],
    [
      "--threads",
      "0",
      /'--threads <n>' argument '0' is invalid\. Expected a whole number from 1 to 64\.$/,
    ],
    ["--backend", "cuda", /'cuda' is invalid\. Allowed choices are auto, webgpu, wasm, native\.$/],
  ] as const;
  for (const [option, value, message] of cases) {
    assert.match(refusal(option, value), message);
  }
});

Deno.test("unknown options, missing values and stray words are refused", () => {
  assert.match(refusal("--epoch", "1"), /^Unknown option '--epoch' .*--epochs/);
  assert.match(refusal("--data"), /^Option '--data <dir>' argument missing\.$/);
  assert.match(refusal("fast"), /^Too many arguments/);
});

Deno.test("help names every option and its default", () => {
  const parsed = parseTrainArguments(["--help"]);
  assert.ok(parsed.kind === "text");
  const words = "model epochs batch seed backend threads data steps report".split(" ");
  for (const word of words) assert.match(parsed.text, new RegExp(`--${word} <`));
  assert.match(parsed.text, /--profile +time/);
  assert.match(parsed.text, /Usage: deno task train/);
  assert.match(parsed.text, /default: 100/);
  assert.match(parsed.text, /elapsed\s+is\s+in\s+seconds/);
});
