/**
 * Checks that a kernel is well formed. Every pass that makes or changes kernels is followed by it, so
 * that targets may rely on what the IR promises.
 *
 * @module
 */
import { sameExtent, showExtent } from "../../dsl/dim.ts";
import { axesOf, type Axis, type IndexExpr, valuesIn } from "./index_expr.ts";
import type {
  Kernel,
  KernelTensor,
  ReduceStage,
  Scalar,
  ScalarType,
  Stage,
  StoreStage,
} from "./kernel.ts";
import { showIndex } from "./print_scalar.ts";
import { LOADED } from "./storage.ts";
import { scheduleFault } from "./verify_schedule.ts";
import { constantFault, typeFault } from "./verify_scalar.ts";

/** A kernel, a program or a module breaks a rule of the kernel IR: an error of the compiler itself. */
export class KernelError extends Error {
  override readonly name: string = "KernelError";
}

/** Throws with the kernel's name when there is a fault. */
function refuse(kernel: Kernel, fault: string | undefined): void {
  if (fault === undefined) return;
  throw new KernelError(`Kernel "${kernel.name}" (${kernel.layer}) is not well formed: ${fault}`);
}

/** What is known at a place in a kernel's body. */
interface Scope {
  readonly kernel: Kernel;
  readonly tensors: ReadonlyMap<string, KernelTensor>;
  readonly axes: ReadonlyMap<string, Axis>;
  readonly locals: Map<string, ScalarType>;
  /** Names of all locals made so far, in scope or not. */
  readonly made: Set<string>;
  /** Indices at which each tensor was stored so far, and loaded. */
  readonly stores: Map<string, string[]>;
  readonly loads: Map<string, string[]>;
}

function push(lists: Map<string, string[]>, key: string, item: string): void {
  lists.set(key, [...(lists.get(key) ?? []), item]);
}

function enterAxes(scope: Scope, axes: readonly Axis[]): Scope {
  const inner = new Map(scope.axes);
  for (const axis of axes) {
    if (inner.has(axis.name)) {
      refuse(scope.kernel, `axis "${axis.name}" hides another of that name`);
    }
    inner.set(axis.name, axis);
  }
  return { ...scope, axes: inner };
}

function checkIndex(index: IndexExpr, scope: Scope): void {
  for (const axis of axesOf(index)) {
    const known = scope.axes.get(axis.name);
    if (known === undefined) refuse(scope.kernel, `axis "${axis.name}" is not in scope`);
    else if (!sameExtent(known.extent, axis.extent)) {
      refuse(
        scope.kernel,
        `axis "${axis.name}" runs to ${showExtent(known.extent)}, but an index has it run to ${
          showExtent(axis.extent)
        }`,
      );
    }
  }
  for (const value of valuesIn(index)) {
    checkScalar(value, scope);
    if (value.type !== "u32") {
      refuse(
        scope.kernel,
        `the index ${showIndex(index)} holds a value of ${value.type}, not of u32`,
      );
    }
  }
}

/** The tensor at an index, if it is declared, its access fits and the rank is right. */
function checkElement(
  name: string,
  index: readonly IndexExpr[],
  refused: KernelTensor["access"],
  scope: Scope,
): KernelTensor | undefined {
  const tensor = scope.tensors.get(name);
  const shown = `${name}[${index.map(showIndex).join(", ")}]`;
  if (tensor === undefined) refuse(scope.kernel, `tensor "${name}" is not declared`);
  if (tensor?.access === refused) {
    refuse(scope.kernel, `${shown} does not fit the access "${refused}" of ${name}`);
  }
  if (tensor?.shape.length !== index.length) {
    refuse(
      scope.kernel,
      `${shown} has ${index.length} indices, the tensor ${tensor?.shape.length}`,
    );
  }
  for (const part of index) checkIndex(part, scope);
  return tensor;
}

function checkLoad(scalar: Scalar & { readonly kind: "load" }, scope: Scope): void {
  const { tensor: name, index, type } = scalar;
  const tensor = checkElement(name, index, "write", scope);
  if (tensor !== undefined && LOADED[tensor.dtype] !== type) {
    refuse(scope.kernel, `a load of ${name} is marked ${type}, the tensor is ${tensor.dtype}`);
  }
  if (scope.stores.has(name)) refuse(scope.kernel, `${name} is loaded after it was stored to`);
  push(scope.loads, name, index.map(showIndex).join(", "));
}

function checkScalar(scalar: Scalar, scope: Scope): void {
  switch (scalar.kind) {
    case "constant":
      return refuse(scope.kernel, constantFault(scalar.type, scalar.value));
    case "uniform":
      return refuse(
        scope.kernel,
        scalar.type === "bool" ? `uniform "${scalar.name}" is a bool` : undefined,
      );
    case "local": {
      const type = scope.locals.get(scalar.name);
      if (type === undefined) {
        refuse(scope.kernel, `local "${scalar.name}" is used before it is made`);
      }
      if (type !== scalar.type) {
        refuse(scope.kernel, `local "${scalar.name}" is ${type}, but is used as ${scalar.type}`);
      }
      return;
    }
    case "load":
      return checkLoad(scalar, scope);
    case "index":
      return checkIndex(scalar.index, scope);
    case "apply": {
      for (const arg of scalar.args) checkScalar(arg, scope);
      const fault = typeFault(scalar.op, scalar.args.map((arg) => arg.type), scalar.type);
      return refuse(scope.kernel, fault === undefined ? undefined : `${scalar.op} ${fault}`);
    }
  }
}

function define(name: string, type: ScalarType, scope: Scope): void {
  if (scope.made.has(name)) refuse(scope.kernel, `local "${name}" is made twice`);
  scope.made.add(name);
  scope.locals.set(name, type);
}

function checkReduce(stage: ReduceStage, scope: Scope): void {
  const { combine, value, over, type, into } = stage;
  checkScalar(value, enterAxes(scope, over));
  if (value.type === "bool") refuse(scope.kernel, `"${into}" is a ${combine} of bools`);
  const wanted = combine === "argmax" ? "u32" : value.type;
  if (type !== wanted) {
    refuse(scope.kernel, `"${into}" is marked ${type}, its ${combine} is ${wanted}`);
  }
  if (over.length === 0) refuse(scope.kernel, `"${into}" reduces over no axis`);
  if (combine === "argmax" && over.length !== 1) {
    refuse(scope.kernel, `"${into}" is an argmax over ${over.length} axes, not over 1`);
  }
  if (combine !== "sum" && over.some((axis) => axis.extent === 0)) {
    refuse(scope.kernel, `"${into}" is the ${combine} of no elements`);
  }
  define(into, type, scope);
}

function checkStore(stage: StoreStage, scope: Scope): void {
  const { tensor: name, index, value } = stage;
  checkScalar(value, scope);
  const tensor = checkElement(name, index, "read", scope);
  if (tensor?.dtype === "u8") {
    refuse(scope.kernel, `${name} holds bytes, which kernels read and never store`);
  }
  if (index.some((part) => valuesIn(part).length > 0)) {
    refuse(
      scope.kernel,
      `data decide where ${name} is stored to: two points may write the same element`,
    );
  }
  if (tensor !== undefined && LOADED[tensor.dtype] !== value.type) {
    refuse(scope.kernel, `a ${value.type} is stored to ${name}, which is ${tensor.dtype}`);
  }
  const used = new Set(index.flatMap(axesOf).map((axis) => axis.name));
  for (const axis of scope.axes.values()) {
    if (axis.extent !== 1 && !used.has(axis.name)) {
      refuse(
        scope.kernel,
        `a store to ${name} does not use axis "${axis.name}": one element would be written many times`,
      );
    }
  }
  push(scope.stores, name, index.map(showIndex).join(", "));
}

function checkStage(stage: Stage, scope: Scope): void {
  switch (stage.kind) {
    case "reduce":
      return checkReduce(stage, scope);
    case "let":
      checkScalar(stage.value, scope);
      return define(stage.name, stage.value.type, scope);
    case "store":
      return checkStore(stage, scope);
    case "loop": {
      const inner = { ...enterAxes(scope, stage.over), locals: new Map(scope.locals) };
      for (const step of stage.body) checkStage(step, inner);
    }
  }
}

/** What is wrong with how the whole kernel uses a tensor. */
function accessFault(tensor: KernelTensor, scope: Scope): string | undefined {
  const stores = scope.stores.get(tensor.name) ?? [];
  const loads = scope.loads.get(tensor.name) ?? [];
  if (tensor.access !== "read" && stores.length === 0) return `${tensor.name} is never stored to`;
  if (tensor.access !== "read_write") return undefined;
  const astray = loads.find((load) => stores.some((store) => store !== load));
  return astray === undefined
    ? undefined
    : `${tensor.name} is updated at [${stores.join("], [")}], but loaded at [${astray}]`;
}

/**
 * Checks a kernel.
 *
 * @throws {KernelError} that names the kernel and the first fault.
 */
export function verifyKernel(kernel: Kernel): void {
  const tensors = new Map(kernel.tensors.map((tensor) => [tensor.name, tensor]));
  if (tensors.size !== kernel.tensors.length) refuse(kernel, "a tensor is declared twice");
  const outside: Scope = {
    kernel,
    tensors,
    axes: new Map(),
    locals: new Map(),
    made: new Set(),
    stores: new Map(),
    loads: new Map(),
  };
  const scope = enterAxes(outside, kernel.parallel);
  for (const stage of kernel.stages) checkStage(stage, scope);
  for (const tensor of kernel.tensors) refuse(kernel, accessFault(tensor, scope));
  refuse(kernel, scheduleFault(kernel));
}
