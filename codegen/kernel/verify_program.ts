/**
 * Checks programs and their memory plan: kernels run in an order in which every load finds the value
 * that was meant.
 *
 * @module
 */
import { sameShape, showShape } from "../../dsl/dim.ts";
import type {
  CompiledModule,
  Kernel,
  KernelTensor,
  PlannedTensor,
  Program,
  Scalar,
  Stage,
} from "./kernel.ts";
import { partsOf } from "./scalar_walk.ts";
import { KernelError, verifyKernel } from "./verify.ts";

/** The state of memory while the kernels of a program are followed in order. */
interface Trace {
  readonly program: Program;
  readonly tensors: ReadonlyMap<string, PlannedTensor>;
  /** The tensor whose values a slot holds. */
  readonly owners: Map<number, string>;
  /** Parameters, states and drawn inputs stored to, with the kernel that did it. */
  readonly updated: Map<string, string>;
  readonly written: Set<string>;
}

function refuse(program: Program, fault: string): never {
  throw new KernelError(`Program "${program.name}" is not well formed: ${fault}`);
}

function isKept(tensor: PlannedTensor): boolean {
  return tensor.kind === "parameter" || tensor.kind === "state";
}

/** The uniforms a scalar refers to. */
function uniformsOf(scalar: Scalar): readonly (Scalar & { readonly kind: "uniform" })[] {
  if (scalar.kind === "uniform") return [scalar];
  return partsOf(scalar).flatMap(uniformsOf);
}

function scalarsOf(stage: Stage): readonly Scalar[] {
  return stage.kind === "loop" ? stage.body.flatMap(scalarsOf) : [stage.value];
}

function checkUniforms(kernel: Kernel, program: Program): void {
  for (const { name, type } of kernel.stages.flatMap(scalarsOf).flatMap(uniformsOf)) {
    const uniform = program.uniforms.find((candidate) => candidate.name === name);
    if (uniform?.type !== type) {
      refuse(
        program,
        `kernel "${kernel.name}" uses uniform "${name}" as ${type}, the program has ${uniform?.type}`,
      );
    }
  }
}

function planned(tensor: KernelTensor, kernel: Kernel, trace: Trace): PlannedTensor {
  const plan = trace.tensors.get(tensor.name);
  if (plan === undefined) {
    return refuse(
      trace.program,
      `kernel "${kernel.name}" uses "${tensor.name}", which is not planned`,
    );
  }
  if (plan.dtype !== tensor.dtype || !sameShape(plan.shape, tensor.shape)) {
    refuse(
      trace.program,
      `kernel "${kernel.name}" sees ${tensor.name} as ${tensor.dtype}${showShape(tensor.shape)}, ` +
        `it is planned as ${plan.dtype}${showShape(plan.shape)}`,
    );
  }
  return plan;
}

function checkRead(plan: PlannedTensor, kernel: Kernel, trace: Trace): void {
  const { program, owners, updated } = trace;
  const updater = updated.get(plan.name);
  if (updater !== undefined) {
    refuse(program, `kernel "${kernel.name}" reads ${plan.name} after "${updater}" updated it`);
  }
  const owner = owners.get(plan.slot);
  if (owner === plan.name) return;
  refuse(
    program,
    trace.written.has(plan.name)
      ? `kernel "${kernel.name}" reads ${plan.name}, but ${owner} has taken its slot`
      : `kernel "${kernel.name}" reads ${plan.name}, which nothing has written`,
  );
}

function checkWrite(
  plan: PlannedTensor,
  kernel: Kernel,
  read: readonly PlannedTensor[],
  trace: Trace,
): void {
  const { program, owners } = trace;
  if (plan.kind === "input" && !program.updates.includes(plan.name)) {
    refuse(program, `kernel "${kernel.name}" writes the input ${plan.name}`);
  }
  const clash = read.find((other) => other.slot === plan.slot && other.name !== plan.name);
  if (clash !== undefined) {
    refuse(
      program,
      `kernel "${kernel.name}" reads ${clash.name} and writes ${plan.name} in the same slot`,
    );
  }
  const kept = trace.tensors.get(owners.get(plan.slot) ?? "");
  if (kept !== undefined && kept.name !== plan.name && isKept(kept)) {
    refuse(program, `kernel "${kernel.name}" writes ${plan.name} over ${kept.kind} ${kept.name}`);
  }
  owners.set(plan.slot, plan.name);
  trace.written.add(plan.name);
  if (isKept(plan) || plan.kind === "input") trace.updated.set(plan.name, kernel.name);
}

function followKernel(kernel: Kernel, trace: Trace): void {
  verifyKernel(kernel);
  checkUniforms(kernel, trace.program);
  const uses = kernel.tensors.map((tensor) => ({ tensor, plan: planned(tensor, kernel, trace) }));
  const read = uses.filter(({ tensor }) => tensor.access !== "write").map(({ plan }) => plan);
  for (const plan of read) checkRead(plan, kernel, trace);
  for (const { tensor, plan } of uses) {
    if (tensor.access !== "read") checkWrite(plan, kernel, read, trace);
  }
}

/** What holds after the last kernel. */
function checkResults(trace: Trace): void {
  const { program, updated, written, owners, tensors } = trace;
  for (const name of program.outputs) {
    if (!written.has(name)) refuse(program, `output ${name} is never written`);
    const owner = owners.get(tensors.get(name)?.slot ?? -1);
    if (owner !== name) refuse(program, `output ${name} is overwritten by ${owner}`);
  }
  const actual = [...updated.keys()].sort().join(", ");
  const stated = [...program.updates].sort().join(", ");
  if (actual !== stated) refuse(program, `it updates { ${actual} }, but states { ${stated} }`);
}

/**
 * Checks a program and each of its kernels against the tensors and slots of the memory plan.
 *
 * A parameter or state is read before it is updated or not at all: its readers want the old value.
 *
 * @throws {KernelError} that names the program, the kernel and the first fault.
 */
export function verifyProgram(program: Program, tensors: readonly PlannedTensor[]): void {
  const present = tensors.filter((tensor) =>
    isKept(tensor) || program.inputs.includes(tensor.name)
  );
  const trace: Trace = {
    program,
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    owners: new Map(present.map((tensor) => [tensor.slot, tensor.name])),
    updated: new Map(),
    written: new Set(),
  };
  for (const kernel of program.kernels) followKernel(kernel, trace);
  checkResults(trace);
}

/**
 * Checks a module: its programs and its list of slots.
 *
 * @throws {KernelError} that names the first fault.
 */
export function verifyModule(module: CompiledModule): void {
  for (const { name, slot } of module.tensors) {
    if (module.slots[slot]?.includes(name) !== true) {
      throw new KernelError(`Module "${module.name}": slot ${slot} does not list tensor ${name}`);
    }
  }
  for (const program of module.programs) verifyProgram(program, module.tensors);
}
