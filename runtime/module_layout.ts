/**
 * A module laid out for given dims: the size of every tensor and slot in numbers, checked once, so
 * that a backend has only to allocate.
 *
 * @module
 */
import type { Dims, Dtype, ModuleSpec, ProgramSpec, TensorSpec } from "./spec.ts";
import { counted, listed } from "./wording.ts";

/** Bytes of one element. */
export const ELEMENT_BYTES: Readonly<Record<Dtype, number>> = {
  f32: 4,
  f16: 2,
  u32: 4,
  i32: 4,
  u8: 1,
};

/** A tensor with its largest size in numbers. */
export interface TensorPlace {
  readonly name: string;
  readonly spec: TensorSpec<string>;
  readonly elements: number;
  readonly bytes: number;
  /**
   * Smaller call dims leave a multiple of so many elements: those of a row for each sample of a batch.
   * Absent where the size depends on no call dim.
   */
  readonly step: number | undefined;
}

/** A module with numbers for its dims. */
export interface ModuleLayout {
  readonly spec: ModuleSpec;
  /** Fixed dims, and call dims at their largest. */
  readonly dims: Dims<string>;
  readonly slotBytes: readonly number[];
  readonly tensors: ReadonlyMap<string, TensorPlace>;
}

/** Checks `dims` against a module and computes all sizes. Nothing is allocated. */
export function layOut(spec: ModuleSpec, dims: Dims<string>): ModuleLayout {
  const checked = checkedDims(spec, dims);
  const slotBytes = spec.slots.map((slot, index) => {
    const bytes = slot.bytes(checked);
    if (!isCount(bytes)) {
      throw new RangeError(
        `Cannot lay out module "${spec.name}": slot ${index} has ${bytes} bytes, which is no size; ` +
          `choose smaller dims`,
      );
    }
    return bytes;
  });
  const tensors = new Map<string, TensorPlace>();
  for (const [name, tensor] of Object.entries(spec.tensors)) {
    const elements = elementCount(name, tensor, checked);
    const bytes = elements * ELEMENT_BYTES[tensor.dtype];
    const step = stepOf(spec, name, tensor, checked);
    const place = { name, spec: tensor, elements, bytes, step };
    checkSlot(spec, place, slotBytes[tensor.slot]);
    tensors.set(name, place);
  }
  const layout = { spec, dims: checked, slotBytes, tensors };
  checkBindings(layout);
  return layout;
}

/** The tensor of that name, or a sentence that lists the names there are. */
export function tensorOf(layout: ModuleLayout, name: string): TensorPlace {
  const place = layout.tensors.get(name);
  if (place === undefined) {
    throw new TypeError(
      `Module "${layout.spec.name}" has no tensor "${name}"; it has ${
        listed(layout.tensors.keys())
      }`,
    );
  }
  return place;
}

/** The program of that name, or a sentence that lists the names there are. */
export function programOf(layout: ModuleLayout, name: string): ProgramSpec<string> {
  const { programs } = layout.spec;
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (program === undefined) {
    throw new TypeError(
      `Module "${layout.spec.name}" has no program "${name}"; it has ${
        listed(Object.keys(programs))
      }`,
    );
  }
  return program;
}

/** The number of elements of a tensor for these dims. */
export function elementCount(name: string, tensor: TensorSpec<string>, dims: Dims<string>): number {
  const shape = tensor.shape(dims);
  const elements = shape.reduce((product, size) => product * size, 1);
  if (!shape.every(isCount) || !isCount(elements)) {
    throw new RangeError(
      `Cannot lay out tensor "${name}": its shape [${tensor.dims.join(", ")}] becomes ` +
        `[${shape.join(", ")}], which is no shape; choose other dims`,
    );
  }
  return elements;
}

/** {@linkcode TensorPlace.step}. */
function stepOf(
  spec: ModuleSpec,
  name: string,
  tensor: TensorSpec<string>,
  dims: Dims<string>,
): number | undefined {
  const elementsAt = (size: number): number => {
    const call = Object.fromEntries(spec.callDims.map((dim) => [dim, size]));
    return elementCount(name, tensor, { ...dims, ...call });
  };
  const one = elementsAt(1);
  return elementsAt(0) === one ? undefined : one;
}

/** A tensor's name and shape, declared and in numbers: `x[B = 100, n·K = 1000]`. */
export function shapeText(place: TensorPlace, dims: Dims<string>): string {
  const sizes = place.spec.shape(dims);
  const axes = place.spec.dims.map((declared, axis) =>
    declared === String(sizes[axis]) ? declared : `${declared} = ${sizes[axis]}`
  );
  return `${place.name}[${axes.join(", ")}]`;
}

/** True for 0, 1, 2 … as far as JavaScript counts exactly. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function checkedDims(spec: ModuleSpec, dims: Dims<string>): Dims<string> {
  const names = [...spec.fixedDims, ...spec.callDims];
  const unknown = Object.keys(dims).filter((name) => !names.includes(name));
  const missing = names.filter((name) => dims[name] === undefined);
  if (unknown.length > 0 || missing.length > 0) {
    const faults = [
      ...(missing.length > 0 ? [`${listed(missing)} missing`] : []),
      ...(unknown.length > 0 ? [`${listed(unknown)} unknown`] : []),
    ];
    throw new TypeError(
      `Cannot load module "${spec.name}": among the dims given, ${faults.join(" and ")}; ` +
        `give a number for each of ${listed(names)}`,
    );
  }
  const checked: Record<string, number> = {};
  for (const name of names) {
    const size = dims[name];
    if (size === undefined || !isCount(size) || size < 1) {
      throw new RangeError(
        `Cannot load module "${spec.name}": dim "${name}" is ${size}; give a whole number from 1`,
      );
    }
    checked[name] = size;
  }
  return Object.freeze(checked);
}

function checkSlot(spec: ModuleSpec, place: TensorPlace, slotBytes: number | undefined): void {
  if (slotBytes !== undefined && place.bytes <= slotBytes) return;
  const found = slotBytes === undefined ? "does not exist" : `has ${counted(slotBytes, "byte")}`;
  throw new RangeError(
    `Cannot lay out module "${spec.name}": tensor "${place.name}" needs ` +
      `${counted(place.bytes, "byte")}, but its slot ${place.spec.slot} ${found}; ` +
      `run "deno task gen" to write the module anew`,
  );
}

/** A device cannot read a piece of memory through one binding and write it through another. */
function checkBindings(layout: ModuleLayout): void {
  for (const [programName, program] of Object.entries(layout.spec.programs)) {
    for (const kernel of program.kernels) {
      const seen = new Map<number, { tensor: string; writes: boolean }>();
      for (const { tensor, access } of kernel.bindings) {
        const { slot } = tensorOf(layout, tensor).spec;
        const writes = access !== "read";
        const other = seen.get(slot);
        if (other !== undefined && (writes || other.writes)) {
          throw new TypeError(
            `Cannot load module "${layout.spec.name}": kernel "${kernel.name}" of layer ` +
              `"${kernel.layer}" in program "${programName}" binds "${other.tensor}" and ` +
              `"${tensor}", which share slot ${slot}, and writes there; ` +
              `run "deno task gen" to write the module anew`,
          );
        }
        seen.set(slot, { tensor, writes: writes || (other?.writes ?? false) });
      }
    }
  }
}
