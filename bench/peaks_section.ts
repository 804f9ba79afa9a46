/**
 * Measures what the machine can do at most, and what share of it the kernels of a training step reach.
 *
 * @module
 */
import type { ChildOutcome } from "./child.ts";
import { messagesOf } from "./messages.ts";
import { GENERATED, moduleFile, tilewrightScript } from "./places.ts";
import type { Peak, PeakResults, Profile } from "./results.ts";
import type { Session } from "./session.ts";
import { BATCH } from "./start.ts";

const SECONDS_ALLOWED = 120;
const LOOPS = ["fused", "apart", "copy"] as const;

/** Measures peaks and, against them, kernels of the weight-sharing model's step. */
export async function measurePeaks(session: Session): Promise<PeakResults> {
  const { rounds, steps } = session.options;
  const loops = tilewrightScript("peaks.ts", [
    "--threads",
    `${session.cores}`,
    "--rounds",
    `${2 * rounds}`,
  ]);
  const outcome = await session.run("peaks", loops, SECONDS_ALLOWED);
  if (!outcome.ok) session.notices.add(`Peaks were not measured. ${outcome.why}`);
  const peaks = bestPeaks(outcome);
  const profiles: Profile[] = [];
  for (const threads of new Set([1, session.cores])) {
    for (const input of ["dense", "sparse"] as const) {
      const module = input === "dense"
        ? moduleFile(GENERATED.derived, "dense_shared")
        : moduleFile(GENERATED.library, "mnist_shared");
      const rate = (loop: Peak["loop"]) =>
        peaks.find((peak) => peak.loop === loop && peak.threads === threads)?.rate ?? 0;
      const command = tilewrightScript("step.ts", [
        ...["--module", module, "--device", "wasm", "--threads", `${threads}`],
        ...["--batch", `${BATCH}`, "--chunks", `${steps / 20}`, "--chunk", "20"],
        ...["--peak-gflops", `${rate("fused")}`, "--peak-gbytes", `${rate("copy")}`],
      ]);
      const what = `profile: ${threads} threads, ${input}`;
      profiles.push(profileOf(threads, input, await session.run(what, command, SECONDS_ALLOWED)));
    }
  }
  return { peaks, profiles };
}

/** How many turns {@linkcode measurePeaks} takes. */
export function peakTurns(cores: number): number {
  return 1 + 2 * new Set([1, cores]).size;
}

/** The best rate of each loop and number of threads. */
export function bestPeaks(outcome: ChildOutcome): readonly Peak[] {
  const told = messagesOf(outcome.messages, "peak");
  const counts = [...new Set(told.map(({ threads }) => threads))];
  return LOOPS.flatMap((loop) =>
    counts.map((threads) => {
      const rates = told.filter((each) => each.loop === loop && each.threads === threads)
        .map(({ rate }) => rate);
      return { loop, threads, rate: Math.max(0, ...rates) };
    })
  );
}

/** The kernels of a turn. */
export function profileOf(
  threads: number,
  input: Profile["input"],
  outcome: ChildOutcome,
): Profile {
  const rows = messagesOf(outcome.messages, "kernel").map(({ kind: _, ...row }) => row);
  const nothing = rows.length === 0 ? "This backend tells no times of kernels." : "";
  return { threads, input, rows, why: outcome.ok ? nothing : outcome.why };
}
