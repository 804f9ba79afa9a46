/** The command lines of `deno task test` and `deno task ok`. @module */
import { Command } from "commander";
import { type CommandLine, readCommandLine } from "../commands/command_line.ts";

/** What was asked for. */
export interface TestOptions {
  /** Fail where a WebGPU test is skipped. */
  readonly requireWebgpu?: boolean;
}

/** Reads the arguments of a command. */
export function parseOptions(
  name: string,
  description: string,
  args: readonly string[],
): CommandLine<TestOptions> {
  const command = new Command(name).description(description)
    .option("--require-webgpu", "fail where a WebGPU test is skipped for want of an adapter");
  return readCommandLine(command, args);
}
