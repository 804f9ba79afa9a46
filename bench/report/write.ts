/**
 * Writes a run's document, data and plots.
 *
 * @module
 */
import { join } from "node:path";
import { drawSvg } from "../../commands/draw_svg.ts";
import { BENCH, ROOT } from "../places.ts";
import type { BenchResults } from "../results.ts";
import { charts } from "./charts.ts";
import { reportDocument } from "./document.ts";

/** Writes `docs/benchmarks.md`, `bench/results/results.json` and the plots beside it. */
export async function writeReport(results: BenchResults): Promise<void> {
  const folder = join(BENCH, "results");
  await Deno.mkdir(folder, { recursive: true });
  const document = join(ROOT, "docs", "benchmarks.md");
  const data = join(folder, "results.json");
  await Deno.writeTextFile(document, reportDocument(results));
  await Deno.writeTextFile(data, JSON.stringify(results, null, 2) + "\n");
  await format([document]);
  for (const { file, spec } of charts(results)) {
    await Deno.writeTextFile(join(folder, file), await drawSvg(spec));
  }
  console.error(`Wrote ${document} and ${folder}.`);
}

/** The repository's own format, so that the gate accepts what was written. */
export async function format(files: readonly string[]): Promise<void> {
  const args = ["fmt", "--quiet", ...files];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
  if (!success) throw new Error(`Cannot format the report: ${new TextDecoder().decode(stderr)}`);
}
