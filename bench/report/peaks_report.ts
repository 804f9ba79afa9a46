/**
 * What is said of the machine's peaks, and of kernels beside them.
 *
 * @module
 */
import type { Peak, PeakResults, Profile, ProfiledKernel } from "../results.ts";
import { type Column, counted, digits, list, percent, table } from "./markdown.ts";

const EXPLANATION = `Loops of WebAssembly that do nothing else: multiply and add in one instruction
(\`relaxed_madd\`), multiply and add in two, and copy between two arrays that no cache holds. The best of
several runs.`;

const PROFILE_EXPLANATION =
  `The kernels of a step of the weight-sharing model, batch 100. What a kernel
could attain is the lesser of the arithmetic peak and of its intensity times the copying speed; data that
stay in a cache may do better than that. Taking the times costs some speed.`;

const LOOPS: Readonly<Record<Peak["loop"], { readonly name: string; readonly unit: string }>> = {
  fused: { name: "multiply-add", unit: "GFLOP/s" },
  apart: { name: "multiply, then add", unit: "GFLOP/s" },
  copy: { name: "copy, read and written", unit: "GB/s" },
};

/** The chapter. */
export function peaksChapter({ peaks, profiles }: PeakResults): string {
  const good = profiles.filter(({ why }) => why === "");
  const failed = profiles.filter(({ why }) => why !== "");
  return [
    "## What the machine can do",
    "",
    EXPLANATION,
    "",
    table([
      { heading: "loop", text: ({ loop }) => LOOPS[loop].name },
      { heading: "threads", numeric: true, text: ({ threads }) => `${threads}` },
      {
        heading: "rate",
        numeric: true,
        text: ({ rate, loop }) => `${digits(rate)} ${LOOPS[loop].unit}`,
      },
    ], peaks),
    "",
    "## Kernels of a step",
    "",
    PROFILE_EXPLANATION,
    "",
    ...good.flatMap(profilePart),
    ...(failed.length === 0 ? [] : [
      "Not counted:",
      "",
      list(failed.map((profile) => `${titleOf(profile)}: ${profile.why}`)),
      "",
    ]),
  ].join("\n").trimEnd();
}

function titleOf({ threads, input }: Profile): string {
  return `${counted(threads, "thread")}, ${input} input`;
}

const COLUMNS: readonly Column<ProfiledKernel>[] = [
  { heading: "program", text: ({ program }) => program },
  { heading: "kernel", text: ({ kernel }) => `\`${kernel}\`` },
  { heading: "ms", numeric: true, text: ({ milliseconds }) => digits(milliseconds) },
  { heading: "share", numeric: true, text: ({ share }) => percent(share) },
  {
    heading: "GFLOP/s",
    numeric: true,
    text: ({ gflops }) => gflops === 0 ? "–" : digits(gflops),
  },
  { heading: "GB/s", numeric: true, text: ({ gbytes }) => digits(gbytes) },
  { heading: "of what is attainable", numeric: true, text: ({ attained }) => percent(attained) },
];

function profilePart(profile: Profile): readonly string[] {
  const total = profile.rows.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const skips = profile.input === "sparse"
    ? " Skipped zeros count as work, so a rate may exceed the peak."
    : "";
  return [
    `### ${titleOf(profile)}`,
    "",
    `All calls together: ${digits(total)} ms.${skips}`,
    "",
    table(COLUMNS, profile.rows),
    "",
  ];
}
