/** What `deno task explain` prints of a module. @module */
import { showDimValues } from "../dsl/dim.ts";
import { alignedTable, type TableColumn } from "../runtime/aligned_table.ts";
import {
  GUARANTEED,
  type KernelFacts,
  type LaunchFacts,
  type ModuleFacts,
  type ProgramFacts,
} from "../runtime/explain.ts";
import { amountText, bytesText } from "./amounts.ts";

/** The largest of the launches of a kernel. */
const most = (launches: readonly LaunchFacts[], of: (launch: LaunchFacts) => number): number =>
  Math.max(...launches.map(of));

const gridText = (launches: readonly LaunchFacts[]): string =>
  launches.map(({ workgroups }) => workgroups.filter((n, i) => i === 0 || n !== 1).join("×"))
    .join(" + ");

const COLUMNS: readonly TableColumn<KernelFacts>[] = [
  { heading: "kernel", align: "left", text: ({ name }) => name },
  {
    heading: "FLOP",
    align: "right",
    text: ({ flops }) => flops === 0 ? "-" : amountText(flops, ""),
  },
  { heading: "traffic", align: "right", text: ({ bytes }) => bytesText(bytes) },
  {
    heading: "FLOP/B",
    align: "right",
    text: ({ intensity }) => intensity === 0 ? "-" : intensity.toPrecision(2),
  },
  {
    heading: `buffers of ${GUARANTEED.storageBuffers}`,
    align: "right",
    text: ({ launches, gpuLaunches }) =>
      String(most([...launches, ...gpuLaunches], (each) => each.storageBuffers)),
  },
  {
    heading: `shared of ${bytesText(GUARANTEED.workgroupBytes)}`,
    align: "right",
    text: ({ gpuLaunches }) => {
      const bytes = most(gpuLaunches, (each) => each.workgroupBytes);
      return bytes === 0 ? "-" : bytesText(bytes);
    },
  },
  { heading: "workgroups", align: "right", text: ({ launches }) => gridText(launches) },
  { heading: "on GPUs", align: "right", text: ({ gpuLaunches }) => gridText(gpuLaunches) },
];

function programText({ name, kernels, flops, bytes, outputs, updates }: ProgramFacts): string {
  const count = kernels.length === 1 ? "1 kernel" : `${kernels.length} kernels`;
  return [
    `${name}: ${count}, ${amountText(flops, "FLOP")}, ${bytesText(bytes)} of traffic`,
    ...(outputs.length === 0 ? [] : [`computes ${outputs.join(", ")}`]),
    ...(updates.length === 0 ? [] : [`overwrites ${updates.join(", ")}`]),
    "",
    alignedTable(COLUMNS, kernels),
    "",
    "What is fused into each:",
    ...kernels.map(({ name, formula }) =>
      `  ${name}\n${formula.split("\n").map((line) => `    ${line}`).join("\n")}`
    ),
  ].join("\n");
}

function memoryText({ arena: { bytes, slots } }: ModuleFacts): string {
  const shared = slots.filter(({ tensors }) => tensors.length > 1);
  const byKind = [...new Set(slots.map(({ kind }) => kind))].map((kind) => {
    const own = slots.filter((slot) => slot.kind === kind);
    return `${bytesText(own.reduce((total, slot) => total + slot.bytes, 0))} of ${kind}s`;
  });
  return [
    `Memory: ${bytesText(bytes)} in ${slots.length} buffers, allocated once: ${byKind.join(", ")}`,
    ...shared.map((slot) => `  ${bytesText(slot.bytes)} shared by ${slot.tensors.join(", ")}`),
  ].join("\n");
}

/** A module's facts as text. */
export function explainText(facts: ModuleFacts): string {
  const dims = showDimValues(facts.dims);
  return [
    `${facts.name} with ${dims || "no dims"}`,
    "",
    ...facts.programs.flatMap((program) => [programText(program), ""]),
    memoryText(facts),
    ...facts.largest.map(({ dim, value, limitedBy }) =>
      `Largest ${dim} on every WebGPU device: ${value}, limited by ${limitedBy}`
    ),
  ].join("\n");
}
