/** The command lines of `deno task test` and `deno task ok`. @module */
import { Command, CommanderError } from "commander";

/** What a command line asks for. */
export type Parsed =
  | { readonly kind: "run"; readonly requireWebgpu: boolean }
  /** A text to print instead of running anything. */
  | { readonly kind: "text"; readonly text: string; readonly exitCode: number };

/** Reads the arguments of a command. */
export function parseOptions(name: string, description: string, args: readonly string[]): Parsed {
  let text = "";
  const command = new Command(name).description(description)
    .option("--require-webgpu", "fail where a WebGPU test is skipped for want of an adapter")
    .allowExcessArguments(false)
    .helpOption("-h, --help", "show this text")
    .exitOverride()
    .configureOutput({ writeOut: (part) => text += part, writeErr: (part) => text += part });
  try {
    command.parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: "text", text: text.trimEnd(), exitCode: error.exitCode === 0 ? 0 : 2 };
  }
  const { requireWebgpu = false } = command.opts<{ readonly requireWebgpu?: boolean }>();
  return { kind: "run", requireWebgpu };
}
