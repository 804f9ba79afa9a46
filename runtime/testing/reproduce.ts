/** Runs the scripts of captured kernels, for tests. @module */

/** Runs the script of a capture, as its first lines say; what it prints but the first line. */
export async function reproduce(
  folder: string,
): Promise<{ readonly code: number; readonly text: string }> {
  const script = await Deno.readTextFile(`${folder}/reproduce.ts`);
  const [, config = ""] = /--config (\S+)/.exec(script) ?? [];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", "--config", config, "reproduce.ts"],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { code, text: text.replace(/^Running on .*\n/, "") };
}
