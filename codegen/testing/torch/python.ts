/** Runs reference scripts with PyTorch and NumPy, where they are installed. @module */

const PYTHONS = ["python3", "/usr/bin/python3"];

/** What to install, by the module that is imported. */
const PACKAGES = { torch: "PyTorch", numpy: "NumPy" } as const;

async function canImport(program: string, module: string): Promise<boolean> {
  try {
    const { code } = await new Deno.Command(program, {
      args: ["-c", `import ${module}`],
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
export function pythonWithTorch(): Promise<string | undefined> {
  return pythonWith("torch");
}

/**
 * A Python that can import a module, if there is one.
 *
 * @throws {Error} if there is none although `TILEWRIGHT_REQUIRE_PYTORCH` is set
 */
export async function pythonWith(module: keyof typeof PACKAGES): Promise<string | undefined> {
  for (const program of PYTHONS) if (await canImport(program, module)) return program;
  const name = PACKAGES[module];
  if (Deno.env.get("TILEWRIGHT_REQUIRE_PYTORCH") !== undefined) {
    throw new Error(
      `Cannot compare with ${name}: neither of ${
        PYTHONS.join(", ")
      } can import ${module}; install Debian's python3-${module}`,
    );
  }
  console.log(`Not compared with ${name}: no python3 here can import ${module}.`);
  return undefined;
}

/** What a script of this folder writes for an input, both as JSON. */
export async function runScript(python: string, script: string, input: unknown): Promise<unknown> {
  const child = new Deno.Command(python, {
    args: ["-B", new URL(script, import.meta.url).pathname], // Leaves no compiled files.
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
