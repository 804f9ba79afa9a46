/** `deno task ok`: the gate. Runs one check after another and stops at the first that fails. */
import { runCommandLine } from "../commands/command_line.ts";
import { parseOptions } from "./options.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** An example with a folder of generated modules of its own. */
const CUSTOM = "examples/custom_layer";

const CHECKS: readonly (readonly string[])[] = [
  ["fmt", "--check", "--quiet"],
  ["lint", "--quiet"],
  ["check", "--quiet", "--doc", "."],
  ["task", "gen", "--check"],
  ["task", "gen", "--check", `${CUSTOM}/spec.ts`, "--out", `${CUSTOM}/generated`],
];

function main(args: readonly string[]): Promise<number> {
  const names = CHECKS.map((check) => `deno ${check.join(" ")}`).join(", ");
  const line = parseOptions("deno task ok", `The gate: ${names}, deno task test.`, args);
  return runCommandLine(line, () => checkAll(args));
}

async function checkAll(args: readonly string[]): Promise<number> {
  for (const check of [...CHECKS, ["task", "test", ...args]]) {
    const command = new Deno.Command(Deno.execPath(), { args: [...check], cwd: ROOT });
    const { code } = await command.spawn().status;
    if (code === 0) continue;
    console.error(`deno ${check.join(" ")} failed.`);
    return code;
  }
  return 0;
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
