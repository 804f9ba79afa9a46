/** Scheduling: how the stages of a kernel are laid out on machines. @module */
import type { DimValues } from "../../dsl/dim.ts";
import type { Schedule } from "../kernel/kernel.ts";
import { contractOperands } from "../kernel/verify_schedule.ts";
import { contractionOf, type Unscheduled } from "./contraction.ts";
import { GPU_MACHINE, VECTOR_MACHINE, WORKGROUP } from "./machines.ts";
import { chooseTiling } from "./tilings.ts";

/**
 * The schedule of a kernel.
 *
 * @param kind what fusion has made the kernel for
 * @param typical sizes of dims to count with
 */
export function chooseSchedule(
  kind: Schedule["frame"],
  kernel: Unscheduled,
  typical: DimValues,
): Schedule {
  if (kind !== "contract") return { frame: kind, workgroup: WORKGROUP };
  const contraction = contractionOf(kernel, typical);
  if (contraction === undefined) return { frame: "rows", workgroup: WORKGROUP };
  const { m, n, k, sums, batch } = contraction;
  const tilings = {
    vector: chooseTiling(contraction, VECTOR_MACHINE),
    gpu: chooseTiling(contraction, GPU_MACHINE),
  };
  const zeros = operandWithZeros(kernel);
  return {
    frame: "contract",
    m,
    n,
    k,
    sums,
    batch,
    tilings,
    ...(zeros === undefined ? {} : { zeros }),
  };
}

/** The operand that is declared to hold many zeros; the left one, if both are. */
function operandWithZeros(kernel: Unscheduled): "lhs" | "rhs" | undefined {
  const operands = contractOperands(kernel);
  const sides = ["lhs", "rhs"] as const;
  return sides.find((side) =>
    kernel.tensors.some(({ name, sparse }) => sparse === true && name === operands?.[side].tensor)
  );
}
