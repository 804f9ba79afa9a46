/**
 * How many workgroups each kernel of a run gets.
 *
 * @module
 */
import type { Dims } from "../spec.ts";
import { isCount } from "../module_layout.ts";
import type { Limits } from "./limits.ts";
import type { PreparedKernel, PreparedProgram } from "./prepare.ts";

/** A kernel that has something to do, and its workgroups in x, y and z. */
interface Dispatch {
  readonly kernel: PreparedKernel;
  readonly workgroups: readonly [number, number, number];
}

/** The dispatches of one run, in order; kernels with nothing to do are left out. */
export function dispatchesOf(
  programName: string,
  program: PreparedProgram,
  dims: Dims<string>,
  limits: Limits,
): Dispatch[] {
  const most = limits.maxComputeWorkgroupsPerDimension;
  const dispatches: Dispatch[] = [];
  for (const kernel of program.kernels) {
    const workgroups = kernel.shader.workgroups(dims);
    if (workgroups.some((count) => !isCount(count) || count > most)) {
      throw new RangeError(
        `Cannot run program "${programName}": kernel "${kernel.spec.name}" of layer ` +
          `"${kernel.spec.layer}" asks for ${workgroups.join(" × ")} workgroups, and this device ` +
          `takes whole numbers up to ${most}; choose a smaller batch, or the wasm backend`,
      );
    }
    if (workgroups.every((count) => count > 0)) dispatches.push({ kernel, workgroups });
  }
  return dispatches;
}

/** Encodes dispatches into one compute pass. */
export function encode(
  device: GPUDevice,
  label: string,
  dispatches: readonly Dispatch[],
): GPUCommandBuffer {
  const encoder = device.createCommandEncoder({ label });
  const pass = encoder.beginComputePass({ label });
  for (const { kernel, workgroups } of dispatches) {
    pass.setPipeline(kernel.pipeline);
    pass.setBindGroup(0, kernel.bindGroup);
    pass.dispatchWorkgroups(...workgroups);
  }
  pass.end();
  return encoder.finish({ label });
}
