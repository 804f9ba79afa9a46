/**
 * Describes the machine.
 *
 * @module
 */
import os from "node:os";
import type { Machine } from "./results.ts";

/** Processor, cores and versions. */
export async function describeMachine(): Promise<Machine> {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    vectors: widestVectors(await processorFlags()),
    cores: navigator.hardwareConcurrency,
    system: `${Deno.build.os} ${Deno.build.arch}`,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
  };
}

/** What Linux says of its processors; empty elsewhere. Only a program may read it, no script. */
async function processorFlags(): Promise<string> {
  if (Deno.build.os !== "linux") return "";
  const { stdout } = await new Deno.Command("cat", { args: ["/proc/cpuinfo"] }).output();
  return new TextDecoder().decode(stdout);
}

/** Instruction sets by their flag, widest first. */
const VECTORS: readonly (readonly [flag: RegExp, name: string])[] = [
  [/\bavx512f\b/, "AVX-512"],
  [/\bavx2\b/, "AVX2"],
  [/\bsve\b/, "SVE"],
  [/\basimd\b/, "NEON"],
  [/\bsse2\b/, "SSE2"],
];

/** The widest vector instructions that the flags of a processor name, or `unknown`. */
export function widestVectors(flags: string): string {
  return VECTORS.find(([flag]) => flag.test(flags))?.[1] ?? "unknown";
}
