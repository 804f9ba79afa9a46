/**
 * The numbers that come with each call of a program: sizes of call dims and scalars, checked, and the
 * uniforms that follow from them.
 *
 * @module
 */
import { isCount, type ModuleLayout } from "./module_layout.ts";
import type { CallValues, Dims, ProgramSpec, UniformSpec } from "./spec.ts";
import { listed } from "./wording.ts";

/** Checks the values of one call; returns them together with the module's fixed dims. */
export function callValues(
  layout: ModuleLayout,
  programName: string,
  program: ProgramSpec<string>,
  values: Readonly<Record<string, number>>,
): CallValues<string> {
  const { spec, dims } = layout;
  const action = `Cannot run program "${programName}" of module "${spec.name}"`;
  const wanted = [...spec.callDims, ...program.scalars];
  const missing = wanted.filter((name) => values[name] === undefined);
  if (missing.length > 0) {
    throw new TypeError(
      `${action}: ${listed(missing)} missing; give a number for each of ${listed(wanted)}`,
    );
  }
  const call = checkedCallDims(action, layout, values, program.scalars);
  for (const name of program.scalars) {
    const value = values[name];
    if (value === undefined || !Number.isFinite(value)) {
      throw new RangeError(`${action}: scalar "${name}" is ${value}; give a finite number`);
    }
    call[name] = value;
  }
  const all = { ...dims, ...call };
  for (const [name, most] of Object.entries(program.limits ?? {})) {
    const limit = most(all);
    if (all[name] !== undefined && all[name] >= 0 && all[name] <= limit) continue;
    throw new RangeError(
      `${action}: scalar "${name}" is ${all[name]}; give a whole number from 0 to ${limit}`,
    );
  }
  return all;
}

/**
 * The dims of a read: those of the last run that wrote the tensor, or the largest if there is none, with
 * others where `dims` gives them.
 */
export function readDims(
  layout: ModuleLayout,
  tensorName: string,
  dims: Readonly<Record<string, number>>,
  last: Dims<string> | undefined,
): Dims<string> {
  const action = `Cannot read tensor "${tensorName}" of module "${layout.spec.name}"`;
  return { ...layout.dims, ...last, ...checkedCallDims(action, layout, dims, []) };
}

/** The uniforms of one call, in the program's order. */
export function uniformValues(
  programName: string,
  program: ProgramSpec<string>,
  call: CallValues<string>,
): number[] {
  return program.uniforms.map((uniform) => {
    const value = uniform.value(call);
    if (!fits(uniform, value)) {
      throw new RangeError(
        `Cannot run program "${programName}": its value "${uniform.name}" becomes ${value}, ` +
          `which is no finite ${uniform.dtype}; change the scalars of this call`,
      );
    }
    return value;
  });
}

/**
 * The given call dims, each within the size that memory was allocated for. A fixed dim may be repeated
 * with the value it has; anything else that is not asked for is refused.
 */
function checkedCallDims(
  action: string,
  { spec, dims }: ModuleLayout,
  values: Readonly<Record<string, number>>,
  scalars: readonly string[],
): Record<string, number> {
  const call: Record<string, number> = {};
  for (const [name, value] of Object.entries(values)) {
    if (spec.callDims.includes(name)) {
      const most = dims[name] ?? 0;
      if (!isCount(value) || value > most) {
        throw new RangeError(
          `${action}: dim "${name}" is ${value}; give a whole number from 0 to ${most}, ` +
            `the size chosen when the module was loaded`,
        );
      }
      call[name] = value;
    } else if (spec.fixedDims.includes(name)) {
      if (value !== dims[name]) {
        throw new RangeError(
          `${action}: dim "${name}" is ${value}, but the module was loaded with ${dims[name]}; ` +
            `load it again for another size`,
        );
      }
    } else if (!scalars.includes(name)) {
      throw new TypeError(
        `${action}: there is no value "${name}"; it takes ${
          listed([...spec.callDims, ...scalars])
        }`,
      );
    }
  }
  return call;
}

function fits(uniform: UniformSpec<string>, value: number): boolean {
  return uniform.dtype === "u32"
    ? isCount(value) && value <= 0xffff_ffff
    : Number.isFinite(Math.fround(value));
}
