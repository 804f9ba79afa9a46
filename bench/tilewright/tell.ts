/** How tilewright's own processes tell the benchmark what they measured. @module */
import process from "node:process";
import type { Message } from "../messages.ts";

/** Prints a message for the benchmark. */
export function tell(message: Message): void {
  console.log(JSON.stringify(message));
}

/** Tells that the contestant has finished. The system counts its memory in KiB. */
export function tellEnd(): void {
  tell({ kind: "end", peakMiB: process.resourceUsage().maxRSS / 1024 });
}
