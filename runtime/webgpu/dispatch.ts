/**
 * How many workgroups each launch of a run gets.
 *
 * @module
 */
import type { Dims } from "../spec.ts";
import { isCount, type ModuleLayout } from "../module_layout.ts";
import type { Limits } from "./limits.ts";
import type { PreparedKernel, PreparedLaunch, PreparedProgram } from "./prepare.ts";

/** A launch that has something to do, and its workgroups in x, y and z. */
export interface Dispatch {
  readonly kernel: PreparedKernel;
  readonly launch: PreparedLaunch;
  /** True for the first launch of its kernel that has something to do. */
  readonly startsCall: boolean;
  readonly workgroups: readonly [number, number, number];
}

/** The dispatches of a module's runs. Those of a program's last run are kept: most runs are alike. */
export class Dispatches {
  readonly #callDims: readonly string[];
  readonly #programs: ReadonlyMap<string, PreparedProgram>;
  readonly #limits: Limits;
  readonly #last = new Map<string, { readonly dims: Dims<string>; readonly all: Dispatch[] }>();

  constructor(
    { spec }: ModuleLayout,
    programs: ReadonlyMap<string, PreparedProgram>,
    limits: Limits,
  ) {
    this.#callDims = spec.callDims;
    this.#programs = programs;
    this.#limits = limits;
  }

  /** Those of a run, in order. */
  of(program: string, dims: Dims<string>): readonly Dispatch[] {
    const last = this.#last.get(program);
    if (last !== undefined && this.#callDims.every((dim) => last.dims[dim] === dims[dim])) {
      return last.all;
    }
    const prepared = this.#programs.get(program);
    const all = prepared === undefined ? [] : dispatchesOf(program, prepared, dims, this.#limits);
    this.#last.set(program, { dims, all });
    return all;
  }
}

/** The dispatches of one run; launches with nothing to do are left out. */
function dispatchesOf(
  programName: string,
  program: PreparedProgram,
  dims: Dims<string>,
  limits: Limits,
): Dispatch[] {
  const most = limits.maxComputeWorkgroupsPerDimension;
  const dispatches: Dispatch[] = [];
  for (const kernel of program.kernels) {
    let startsCall = true;
    for (const launch of kernel.launches) {
      const workgroups = launch.shader.workgroups(dims);
      if (workgroups.some((count) => !isCount(count) || count > most)) {
        throw new RangeError(
          `Cannot run program "${programName}": kernel "${kernel.spec.name}" of layer ` +
            `"${kernel.spec.layer}" asks for ${
              workgroups.join(" × ")
            } workgroups, and this device ` +
            `takes whole numbers up to ${most}; choose a smaller batch, or the wasm backend`,
        );
      }
      if (workgroups.some((count) => count === 0)) continue;
      dispatches.push({ kernel, launch, startsCall, workgroups });
      startsCall = false;
    }
  }
  return dispatches;
}
