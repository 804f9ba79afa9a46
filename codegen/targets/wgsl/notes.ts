/** What this target decided, for people: a section of a module's plan. @module */
import type { CompiledModule, Kernel } from "../../kernel/kernel.ts";
import { blockOf, type Tiling } from "../../kernel/tiling.ts";

/** The section, as lines of Markdown; none for a module without contractions. */
export function notesOf({ programs }: CompiledModule): readonly string[] {
  const sections = programs.flatMap(({ name, kernels }) => {
    const rows = kernels.flatMap(row);
    if (rows.length === 0) return [];
    return [
      `### ${name} in tiles`,
      "",
      "| kernel | where a vector of a CPU runs a workgroup | where a GPU does |",
      "| --- | --- | --- |",
      ...rows,
      "",
    ];
  });
  if (sections.length === 0) return [];
  const intro = "Results per invocation, and in brackets per workgroup.";
  return ["## WGSL", "", intro, "", ...sections].slice(0, -1);
}

function row({ name, schedule }: Kernel): readonly string[] {
  if (schedule.frame !== "contract") return [];
  const { vector, gpu } = schedule.tilings;
  return [`| ${name} | ${tilingText(vector)} | ${tilingText(gpu)} |`];
}

function tilingText(tiling: Tiling): string {
  const { tile, staged, splits } = tiling;
  const block = blockOf(tiling);
  return [
    `${tile.rows} × ${tile.columns} (${block.rows} × ${block.columns})`,
    ...(staged.depth === 0 ? [] : [`${staged.depth} steps shared`]),
    ...(splits === 1 ? [] : [`${splits} parts`]),
  ].join(", ");
}
