/** Runs reference scripts with PyTorch, where it is installed. @module */

const PYTHONS = ["python3", "/usr/bin/python3"];

async function canImportTorch(program: string): Promise<boolean> {
  try {
    const { code } = await new Deno.Command(program, {
      args: ["-c", "import torch"],
      stdout: "null",
      stderr: "null",
    }).output();
    return code === 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * A Python that can import PyTorch, if there is one.
 *
 * @throws {Error} if there is none although `TILEWRIGHT_REQUIRE_PYTORCH` is set
 */
export async function pythonWithTorch(): Promise<string | undefined> {
  for (const program of PYTHONS) if (await canImportTorch(program)) return program;
  if (Deno.env.get("TILEWRIGHT_REQUIRE_PYTORCH") !== undefined) {
    throw new Error(
      `Cannot compare with PyTorch: neither of ${
        PYTHONS.join(", ")
      } can import torch; install Debian's python3-torch`,
    );
  }
  console.log("Not compared with PyTorch: no python3 here can import torch.");
  return undefined;
}

/** What a script of this folder writes for an input, both as JSON. */
export async function runScript(python: string, script: string, input: unknown): Promise<unknown> {
  const child = new Deno.Command(python, {
    args: [new URL(script, import.meta.url).pathname],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(input)));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  if (code !== 0) throw new Error(`${script} failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
