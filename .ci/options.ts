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
  /** Fail where a test of machine code is skipped. */
  readonly requireNative?: boolean;
  /** Run the tests of machine code once more, with code that watches its own memory. */
  readonly sanitize?: boolean;
}

/** Reads the arguments of a command. */
export function parseOptions(
  name: string,
  description: string,
  args: readonly string[],
): CommandLine<TestOptions> {
  const command = new Command(name).description(description)
    .option("--require-webgpu", "fail where a WebGPU test is skipped for want of an adapter")
    .option("--require-browser", "fail where a browser test is skipped for want of Chromium")
    .option(
      "--require-native",
      "fail where a test of machine code is skipped for want of a C compiler",
    )
    .option(
      "--sanitize",
      "test machine code once more, with sanitizers of addresses and behaviour",
    );
  withGuide(command, {
    examples: {
      "everything that this machine can": name,
      "on a machine with a GPU": `${name} --require-webgpu`,
    },
    exitCodes: { 0: "everything passed", 1: "something failed, and is told" },
    environment: {
      CC: "the C compiler (default: cc, gcc, or clang)",
      CFLAGS: "further flags for it (default: none)",
      XDG_RUNTIME_DIR: "a folder that Vulkan asks for on Linux (default: a new one)",
    },
  });
  return readCommandLine(command, args);
}
