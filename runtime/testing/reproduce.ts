/** Runs the scripts of captured kernels, for tests. @module */

/** Runs the script of a capture as its first lines say, in its folder; what it prints but the first line. */
export async function reproduce(
  folder: string,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", "reproduce.ts", ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { code, text: text.replace(/^Running on .*\n/, "") };
}
