/**
 * Who takes part where whole training steps are measured.
 *
 * @module
 */
import type { BackendName } from "../runtime/backend.ts";
import type { ChildCommand } from "./child.ts";
import { JUDGED_STEPS } from "./loss_check.ts";
import { GENERATED, moduleFile, peerScript, pythonScript, tilewrightScript } from "./places.ts";
import { BATCH } from "./start.ts";

/** Who computes. */
export type Engine = "tilewright" | "jax-js" | "tfjs" | "NumPy" | "PyTorch";

/**
 * How the middle layer is computed: with the weight tiled, as the model is written; with the input folded,
 * by hand or because the compiler found it; or, in the ordinary model, with a weight of its own size.
 */
export type Form = "as written" | "folded by hand" | "derived" | "ordinary";

/** A contestant. */
export interface StepContestant {
  /** Unique, and made of words that a command line can name. */
  readonly id: string;
  readonly model: "shared" | "original";
  readonly engine: Engine;
  readonly device: BackendName | "cpu";
  readonly form: Form;
  /** Threads asked for; 0 where the engine decides. */
  readonly threads: number;
  /** Whether the first layer may skip pixels that are 0. */
  readonly input: "dense" | "sparse";
  readonly pace: Pace;
}

/** How many steps a contestant takes, which depends on how long one is known to take. */
export type Pace = "fast" | "medium" | "slow";

/** Steps of a turn after the first one, timed in chunks. */
export interface Turn {
  readonly chunks: number;
  readonly chunk: number;
}

/** The turn of a pace where a fast contestant takes `steps` steps. */
export function turnOf(pace: Pace, steps: number): Turn {
  switch (pace) {
    case "fast":
      return { chunks: steps / JUDGED_STEPS, chunk: JUDGED_STEPS };
    case "medium":
      return { chunks: Math.min(steps, 3 * JUDGED_STEPS) / JUDGED_STEPS, chunk: JUDGED_STEPS };
    case "slow":
      return { chunks: 4, chunk: JUDGED_STEPS / 4 };
  }
}

type Member = Omit<StepContestant, "id" | "model" | "form">;

/** Members of both models' fields, each in all forms that it has. */
function members(cores: number): readonly Member[] {
  const threads = [...new Set([1, cores])];
  const dense = { input: "dense" } as const;
  return [
    ...(["wasm", "native"] as const).flatMap((device) =>
      threads.flatMap((count) =>
        (["dense", "sparse"] as const).map((input): Member => ({
          engine: "tilewright",
          device,
          threads: count,
          input,
          pace: "fast",
        }))
      )
    ),
    { ...dense, engine: "tilewright", device: "webgpu", threads: 0, pace: "medium" },
    { ...dense, engine: "jax-js", device: "wasm", threads: 0, pace: "fast" },
    { ...dense, engine: "jax-js", device: "webgpu", threads: 0, pace: "slow" },
    { ...dense, engine: "tfjs", device: "wasm", threads: 0, pace: "medium" },
    { ...dense, engine: "tfjs", device: "webgpu", threads: 0, pace: "slow" },
    ...(["NumPy", "PyTorch"] as const).flatMap((engine) =>
      threads.map((count): Member => ({
        ...dense,
        engine,
        device: "cpu",
        threads: count,
        pace: "fast",
      }))
    ),
  ];
}

/** All contestants on a machine with so many cores. */
export function stepContestants(cores: number): readonly StepContestant[] {
  return [
    ...members(cores).flatMap((member) =>
      formsOfShared(member, cores).map((form) => named({ ...member, model: "shared", form }))
    ),
    ...members(cores).map((member) => named({ ...member, model: "original", form: "ordinary" })),
  ];
}

/** Peers fold by hand what tilewright derives; tilewright tiles only to show what that is good for. */
function formsOfShared(member: Member, cores: number): readonly Form[] {
  if (member.engine !== "tilewright") return ["as written", "folded by hand"];
  const tiles = member.device !== "webgpu" && member.input === "dense" && member.threads === cores;
  return tiles ? ["derived", "as written"] : ["derived"];
}

function named(contestant: Omit<StepContestant, "id">): StepContestant {
  const { engine, device, threads, form, model, input } = contestant;
  const parts = [
    engine.toLowerCase(),
    ...(device === "cpu" ? [] : [device]),
    ...(threads === 0 ? [] : [`${threads}`]),
    form.replaceAll(" ", "-"),
    ...(input === "sparse" ? [input] : []),
    model,
  ];
  return { id: parts.join("-"), ...contestant };
}

/** What contestants need to be started. */
export interface StepSetting {
  /** The MNIST files. */
  readonly data: string;
  /** What `start.ts` wrote. */
  readonly start: string;
  /** A Python that has NumPy, and one that has PyTorch. */
  readonly python: Readonly<Record<"NumPy" | "PyTorch", string>>;
}

const PEER_FORMS: Readonly<Record<Form, string>> = {
  "as written": "written",
  "folded by hand": "folded",
  derived: "folded",
  ordinary: "ordinary",
};

/** The process of a contestant's turn. */
export function stepCommand(
  contestant: StepContestant,
  { chunks, chunk }: Turn,
  { data, start, python }: StepSetting,
): ChildCommand {
  const { engine, device, threads, form, model } = contestant;
  const length = ["--chunks", `${chunks}`, "--chunk", `${chunk}`];
  const peer = ["--form", PEER_FORMS[form], "--model", model, "--data", data, "--start", start];
  switch (engine) {
    case "tilewright": {
      const args = ["--module", moduleOf(contestant), "--device", device, "--batch", `${BATCH}`];
      return tilewrightScript("step.ts", [...args, "--threads", `${threads || 1}`, ...length]);
    }
    case "jax-js":
      return peerScript("jax_js_step.js", ["--device", device, ...peer, ...length]);
    case "tfjs":
      return peerScript("tfjs_step.js", ["--device", device, ...peer, ...length]);
    case "NumPy":
      return pythonScript(python.NumPy, "numpy_step.py", threads, [...peer, ...length]);
    case "PyTorch":
      return pythonScript(python.PyTorch, "torch_step.py", threads, [...peer, ...length]);
  }
}

function moduleOf({ model, form, input }: StepContestant): string {
  if (input === "sparse") return moduleFile(GENERATED.library, `mnist_${model}`);
  const folder = form === "as written" ? GENERATED.asWritten : GENERATED.derived;
  return moduleFile(folder, `dense_${model}`);
}
