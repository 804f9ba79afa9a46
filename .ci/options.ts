/** The command lines of `deno task test` and `deno task ok`. @module */
import { Command } from "commander";
import { type CommandLine, readCommandLine } from "../commands/command_line.ts";
import { withGuide } from "../commands/guide.ts";

/** What was asked for. */
export interface TestOptions {
  /** Fail where a WebGPU test is skipped. */
  readonly requireWebgpu?: boolean;
  /** Fail where a test in a browser is skipped. */
  readonly requireBrowser?: boolean;
}

/** Reads the arguments of a command. */
export function parseOptions(
  name: string,
  description: string,
  args: readonly string[],
): CommandLine<TestOptions> {
  const command = new Command(name).description(description)
    .option("--require-webgpu", "fail where a WebGPU test is skipped for want of an adapter")
    .option("--require-browser", "fail where a browser test is skipped for want of Chromium");
  withGuide(command, {
    examples: {
      "everything that this machine can": name,
      "on a machine with a GPU": `${name} --require-webgpu`,
    },
    exitCodes: { 0: "everything passed", 1: "something failed, and is told" },
    environment: { XDG_RUNTIME_DIR: "a folder that Vulkan asks for on Linux (default: a new one)" },
  });
  return readCommandLine(command, args);
}
