/**
 * A kernel of a run with everything that is needed to run it again: its inputs, its outputs, its text.
 *
 * @module
 */
import type { BackendName, LoadedModule, ProgramName, TensorData, TensorName } from "../backend.ts";
import type { NamedArray, NamedArrays } from "../formats/named_array.ts";
import type { Access, Dims, KernelSpec, ModuleSpec, ShaderSpec } from "../spec.ts";
import type { Moment, Probe, TracedKernel } from "../trace.ts";
import { counted, listed } from "../wording.ts";
import { firstNotFinite } from "./finite.ts";
import { TrainingError } from "./training_error.ts";

/** A kernel of a program, as it was run once. */
export interface Capture {
  /** Name of the module. */
  readonly module: string;
  /** {@linkcode ModuleSpec.declaration} of the module. */
  readonly declaration: string;
  /** The program that the kernel belongs to. */
  readonly program: string;
  /** The kernel's name. */
  readonly kernel: string;
  /** The declaration that the kernel comes from. */
  readonly layer: string;
  /** What the kernel computes. */
  readonly formula: string;
  /** Where it ran. */
  readonly backend: BackendName;
  /** The dims that the module was loaded with. */
  readonly dims: Dims<string>;
  /** Values of the run: sizes of call dims, and scalars. */
  readonly values: Readonly<Record<string, number>>;
  /** What the kernel reads, as it was before the kernel. */
  readonly inputs: NamedArrays;
  /** What the kernel writes, as it was after it. */
  readonly outputs: NamedArrays;
  /** Its shaders: the scheduled one, those for GPUs, the plain twin. */
  readonly texts: readonly Pick<ShaderSpec<string>, "file" | "source">[];
}

/** A kernel of the training step with a number, counted from 1. */
export interface CaptureRequest {
  /** Name of a kernel of the program `step`. */
  readonly kernel: string;
  /** Counted from 1. */
  readonly step: number;
}

/**
 * Reads `KERNEL@STEP`.
 *
 * @throws {TrainingError} if that is no kernel of the module's program `step`, listing those there are, or no
 * number of a step
 */
export function parseCaptureRequest(text: string, spec: ModuleSpec): CaptureRequest {
  const [kernel = "", ...rest] = text.split("@");
  const digits = rest.join("@");
  const request = { kernel, step: /^[1-9]\d{0,14}$/.test(digits) ? Number(digits) : NaN };
  requireCapturable(request, spec, text);
  return request;
}

/**
 * Refuses to capture what no training step has.
 *
 * @param text the request, for messages
 * @throws {TrainingError} if there is no such kernel, listing those there are, or no such step
 */
export function requireCapturable(
  { kernel, step }: CaptureRequest,
  { name, programs }: ModuleSpec,
  text = `${kernel}@${step}`,
): void {
  const kernels = programs["step"]?.kernels.map((each) => each.name) ?? [];
  if (!kernels.includes(kernel)) {
    throw new TrainingError(
      `Cannot capture "${text}": a step of ${name} has no kernel "${kernel}"; it has ${
        listed(kernels)
      }.`,
    );
  }
  if (!Number.isSafeInteger(step) || step < 1) {
    throw new TrainingError(
      `Cannot capture "${text}": expected a step's number after the kernel, as in ${kernel}@1.`,
    );
  }
}

/**
 * Runs a program once, and captures one of its kernels. The run is one like any other: a step changes the
 * parameters.
 *
 * @param values those of the run, as `run` takes them
 * @throws {TrainingError} if the program has no such kernel
 */
export async function captureKernel<M extends ModuleSpec>(
  model: LoadedModule<M>,
  program: ProgramName<M>,
  values: Readonly<Record<string, number>>,
  kernel: string,
): Promise<Capture> {
  const { spec, dims, backend } = model;
  const found = spec.programs[program]?.kernels.find(({ name }) => name === kernel);
  if (found === undefined) {
    throw new TrainingError(`Cannot capture kernel "${kernel}": program "${program}" has none.`);
  }
  const seen: Record<Moment, NamedArrays> = { before: new Map(), after: new Map() };
  const sizes = { ...dims, ...values };
  await model.trace(program, values, {
    wants: ({ spec: each }, moment) => each === found ? boundTensors(each, moment) : [],
    take: (_, moment, tensors) => seen[moment] = withShapes(spec, sizes, tensors),
  });
  const { layer, formula, shader, gpu, plain } = found;
  const texts = new Map([shader, ...gpu?.launches ?? [], plain].map((each) => [each.file, each]));
  return {
    module: spec.name,
    declaration: spec.declaration,
    program,
    kernel,
    layer,
    formula,
    backend: backend.name,
    dims,
    values: { ...values },
    inputs: seen.before,
    outputs: seen.after,
    texts: [...texts.values()].map(({ file, source }) => ({ file, source })),
  };
}

/**
 * Runs a captured kernel again on its inputs: the whole program is run, with the inputs put before the kernel.
 *
 * @param model loaded with the capture's dims
 * @returns what the kernel wrote
 * @throws {TrainingError} if the module has changed since, so that the kernel is another one or gone
 */
export async function replayKernel<M extends ModuleSpec>(
  model: LoadedModule<M>,
  capture: Capture,
): Promise<NamedArrays> {
  requireSame(model, capture);
  const { program, kernel, values, inputs } = capture;
  const sizes = { ...model.dims, ...values };
  let outputs: NamedArrays = new Map();
  const probe: Probe = {
    wants: ({ spec }: TracedKernel, moment) =>
      spec.name === kernel ? boundTensors(spec, moment) : [],
    take: (_, moment, tensors) => {
      if (moment === "after") outputs = withShapes(model.spec, sizes, tensors);
      // Names of tensors that the kernel binds.
      else for (const [name, { data }] of inputs) model.write(name as TensorName<M>, data);
    },
  };
  await model.trace(program as ProgramName<M>, values, probe);
  return outputs;
}

/** Refuses a model that has no such kernel, or one that reads other tensors than were captured. */
function requireSame({ spec, dims }: LoadedModule, capture: Capture): void {
  const { module, declaration, program, kernel, inputs } = capture;
  const refuse = (why: string) =>
    new TrainingError(`Cannot run kernel "${kernel}" of ${module} again: ${why}.`);
  if (spec.declaration !== declaration) {
    throw refuse(
      `it was captured from another declaration than that of ${spec.name} now; capture it anew`,
    );
  }
  const other = spec.fixedDims.find((name) => dims[name] !== capture.dims[name]);
  if (other !== undefined) {
    throw refuse(
      `the module is loaded with ${other} = ${dims[other]}; load it with ${capture.dims[other]}`,
    );
  }
  const found = spec.programs[program]?.kernels.find(({ name }) => name === kernel);
  if (found === undefined) {
    throw refuse(
      `program "${program}" has none now; the compiler has changed since; capture it anew`,
    );
  }
  const wanted = boundTensors(found, "before");
  if (wanted.length !== inputs.size || wanted.some((name) => !inputs.has(name))) {
    throw refuse(
      `it reads ${listed(wanted)} now, and ${listed(inputs.keys())} were captured; capture it anew`,
    );
  }
}

/**
 * What is remarkable about a replayed kernel's outputs, one sentence for each: elements that are not finite,
 * differences from what was captured, and tensors that are in one of them alone.
 *
 * @param tolerance differences that do not count, as a part of a tensor's largest finite element; 0, for the same
 * bits, if absent. What is not finite has to be the same
 */
export function outputFaults(
  captured: NamedArrays,
  replayed: NamedArrays,
  tolerance = 0,
): readonly string[] {
  const names = new Set([...captured.keys(), ...replayed.keys()]);
  return [...names].flatMap((name) => {
    const wanted = captured.get(name)?.data, data = replayed.get(name)?.data;
    if (wanted === undefined) return [`${name}: was not captured.`];
    if (data === undefined) return [`${name}: was captured, but not written again.`];
    if (data.length !== wanted.length) {
      return [`${name}: has ${counted(data.length, "element")}; captured were ${wanted.length}.`];
    }
    const bad = firstNotFinite(data);
    const most = tolerance * largest(wanted);
    const other = data.findIndex((each, i) =>
      !Object.is(each, wanted[i]) && !(Math.abs(each - (wanted[i] ?? NaN)) <= most)
    );
    const place = (at: number) => `${name}: element ${at} of ${data.length} is ${data[at]}`;
    return [
      ...(bad === undefined ? [] : [`${place(bad)}.`]),
      ...(other < 0 ? [] : [`${place(other)}; captured was ${wanted[other]}.`]),
    ];
  });
}

/** The largest size of a finite number among some; 0 for none. */
function largest(values: Iterable<number>): number {
  let most = 0;
  for (const each of values) if (Number.isFinite(each)) most = Math.max(most, Math.abs(each));
  return most;
}

/** What a kernel reads, or what it writes. */
function boundTensors({ bindings }: KernelSpec<string>, moment: Moment): readonly string[] {
  const others: Access = moment === "before" ? "write" : "read";
  return bindings.flatMap(({ tensor, access }) => access === others ? [] : [tensor]);
}

function withShapes(
  { tensors }: ModuleSpec,
  sizes: Dims<string>,
  found: ReadonlyMap<string, TensorData>,
): NamedArrays {
  return new Map(
    [...found].flatMap(([name, data]): [string, NamedArray][] => {
      const tensor = tensors[name];
      return tensor === undefined
        ? []
        : [[name, { dtype: tensor.dtype, shape: tensor.shape(sizes), data }]];
    }),
  );
}
