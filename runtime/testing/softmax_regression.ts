/**
 * A model that is its own device: softmax regression in plain TypeScript behind the interface of a
 * loaded module, for tests of whatever drives one. It also notes how it was driven.
 *
 * @module
 */
import type { KernelTime, LoadedModule, TensorData } from "../backend.ts";
import type { ModuleSpec, ProgramSpec, TensorSpec } from "../spec.ts";

/** Features of a sample. */
export const WIDTH = 2;
/** Classes of a sample. */
export const CLASSES = 3;
const LEARNING_RATE = 0.5;

type Dim = "B" | "samples";

function tensor(
  kind: TensorSpec<Dim>["kind"],
  dtype: TensorSpec<Dim>["dtype"],
  shape: TensorSpec<Dim>["shape"],
): TensorSpec<Dim> {
  const init = { kind: "constant", value: 0 } as const;
  const kept = kind === "state" || kind === "parameter";
  return { dtype, dims: [], shape, kind, slot: 0, ...(kept ? { init: () => init } : {}) };
}

function program(inputs: readonly string[], scalars: readonly string[]): ProgramSpec<Dim> {
  return { inputs, outputs: [], updates: [], scalars, uniforms: [], kernels: [] };
}

/** What the generator would write for this model, as far as a trainer looks. */
const softmaxRegression = {
  name: "softmax_regression",
  declaration: "",
  fixedDims: ["samples"],
  callDims: ["B"],
  tensors: {
    x: tensor("input", "f32", ({ B }) => [B, WIDTH]),
    label: tensor("input", "u32", ({ B }) => [B]),
    x_data: tensor("input", "u8", ({ samples }) => [samples, WIDTH]),
    label_data: tensor("input", "u8", ({ samples }) => [samples]),
    order: tensor("input", "u32", ({ samples }) => [samples]),
    W: tensor("parameter", "f32", () => [CLASSES, WIDTH]),
    loss_total: tensor("state", "f32", () => []),
    accuracy_total: tensor("state", "f32", () => []),
  },
  slots: [],
  programs: {
    draw: program(["x_data", "label_data", "order"], ["start"]),
    step: program(["x", "label"], ["step"]),
    evaluate: program(["x", "label"], []),
  },
  wasm: {
    relaxed: new URL("data:application/wasm,"),
    plain: new URL("data:application/wasm,"),
    transposed: [],
    scratch: {},
  },
} as const satisfies ModuleSpec<Dim>;

type Spec = typeof softmaxRegression;
type Name = keyof Spec["tensors"];

/** Softmax regression with plain gradient descent; see the module's comment. */
export class SoftmaxRegression implements LoadedModule<Spec> {
  readonly spec: Spec;
  readonly dims: { readonly B: number; readonly samples: number };
  readonly backend = { name: "wasm", adapter: "TypeScript", software: true, threads: 1 } as const;
  /** Each run but those of `draw`: its program, batch and, for steps, number. */
  readonly runs: {
    readonly program: string;
    readonly B: number;
    readonly step: number;
    readonly seed: number;
  }[] = [];
  /** Each run of `draw`. */
  readonly draws: { readonly B: number; readonly start: number }[] = [];
  /** Every array that was ever written. */
  readonly written: Set<TensorData> = new Set();
  /** Names of tensors in the order in which they were read. */
  readonly reads: string[] = [];
  /** From this step on the loss is not a number. */
  brokenFrom: number = Infinity;
  /** Called after each run but those of `draw`. */
  afterRun: () => void = () => {};

  readonly #tensors: Record<Name, TensorData>;

  /**
   * @param batch samples a run may have at most
   * @param samples rows of the tables
   * @param scalars what its programs ask for beside what they need, as a model does that draws at random
   */
  constructor(batch: number, samples = 400, scalars: readonly string[] = []) {
    this.dims = { B: batch, samples };
    const { programs } = softmaxRegression;
    this.spec = {
      ...softmaxRegression,
      programs: {
        ...programs,
        step: { ...programs.step, scalars: [...programs.step.scalars, ...scalars] },
        evaluate: { ...programs.evaluate, scalars },
      },
    };
    this.#tensors = {
      x_data: new Uint8Array(samples * WIDTH),
      label_data: new Uint8Array(samples),
      order: new Uint32Array(samples),
      x: new Float32Array(batch * WIDTH),
      label: new Uint32Array(batch),
      W: new Float32Array(CLASSES * WIDTH),
      loss_total: new Float32Array(1),
      accuracy_total: new Float32Array(1),
    };
  }

  write(name: Name, data: TensorData, at = 0): void {
    this.written.add(data);
    this.#tensors[name].set(data, at);
  }

  run(program: keyof Spec["programs"], values: Readonly<Record<string, number>>): void {
    const wantedNames = ["B", ...this.spec.programs[program].scalars].sort().join();
    if (Object.keys(values).sort().join() !== wantedNames) {
      throw new Error(`${program} needs ${wantedNames}, but got ${Object.keys(values)}`);
    }
    const { B = NaN, step = NaN, seed = NaN, start = NaN } = values;
    if (program === "draw") return this.#draw(B, start);
    this.runs.push({ program, B, step, seed });
    const { x, label, W, loss_total, accuracy_total } = this.#tensors;
    const gradient = new Float32Array(W.length);
    for (let sample = 0; sample < B; sample++) {
      const features = [...x.subarray(sample * WIDTH, (sample + 1) * WIDTH)];
      const logits = Array.from({ length: CLASSES }, (_, c) => dot(features, W, c * WIDTH));
      const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
      const wanted = label[sample] ?? NaN;
      const loss = Math.log(sum) - (logits[wanted] ?? NaN);
      loss_total[0] = (loss_total[0] ?? NaN) + (step >= this.brokenFrom ? NaN : loss);
      const guess = logits.indexOf(Math.max(...logits));
      accuracy_total[0] = (accuracy_total[0] ?? NaN) + (guess === wanted ? 1 : 0);
      for (let at = 0; at < gradient.length; at++) {
        const c = Math.floor(at / WIDTH);
        const slope = Math.exp(logits[c] ?? NaN) / sum - (c === wanted ? 1 : 0);
        gradient[at] = (gradient[at] ?? NaN) + slope * (features[at % WIDTH] ?? NaN) / B;
      }
    }
    if (program === "step") {
      gradient.forEach((slope, at) => W[at] = (W[at] ?? NaN) - LEARNING_RATE * slope);
    }
    this.afterRun();
  }

  /** A host that computes by itself has no kernels. */
  trace(
    program: keyof Spec["programs"],
    values: Readonly<Record<string, number>>,
  ): Promise<void> {
    return Promise.resolve(this.run(program, values));
  }

  #draw(B: number, start: number): void {
    this.draws.push({ B, start });
    const { x, label, x_data, label_data, order } = this.#tensors;
    for (let b = 0; b < B; b++) {
      const row = order[start + b] ?? NaN;
      label[b] = label_data[row] ?? NaN;
      for (let i = 0; i < WIDTH; i++) x[b * WIDTH + i] = (x_data[row * WIDTH + i] ?? NaN) / 255;
    }
  }

  read(name: Name): Promise<TensorData> {
    this.reads.push(name);
    return Promise.resolve(this.#tensors[name].slice());
  }

  /** A host that computes by itself has no kernels. */
  kernelTimes(): Promise<readonly KernelTime[]> {
    return Promise.resolve([]);
  }

  dispose(): void {}
}

function dot(features: readonly number[], W: TensorData, from: number): number {
  return features.reduce((sum, value, i) => sum + value * (W[from + i] ?? NaN), 0);
}
