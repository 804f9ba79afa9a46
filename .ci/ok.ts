/** `deno task ok`: the gate. Runs one check after another and stops at the first that fails. */
import { parseOptions } from "./options.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** An example with a folder of generated modules of its own. */
const CUSTOM = "examples/custom_layer";

const CHECKS: readonly (readonly string[])[] = [
  ["fmt", "--check", "--quiet"],
  ["lint", "--quiet"],
  ["check", "--quiet", "."],
  ["task", "gen", "--check"],
  ["task", "gen", "--check", `${CUSTOM}/spec.ts`, "--out", `${CUSTOM}/generated`],
];

async function main(args: readonly string[]): Promise<number> {
  const names = CHECKS.map((check) => `deno ${check.join(" ")}`).join(", ");
  const parsed = parseOptions("deno task ok", `The gate: ${names}, deno task test.`, args);
  if (parsed.kind === "text") {
    console.log(parsed.text);
    return parsed.exitCode;
  }
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
