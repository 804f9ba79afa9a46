/**
 * Shows long texts page by page.
 *
 * @module
 */

/** The pager that is used where the environment names none. */
const DEFAULT_PAGER = "less -R";

/**
 * Prints a text: in a pager, if that is wanted and the text does not fit the screen.
 *
 * @param isPaged true if a pager may be used
 */
export async function show(text: string, isPaged: boolean): Promise<void> {
  if (!isPaged || !Deno.stdout.isTerminal() || fits(text)) return console.log(text);
  const [program = "", ...args] = (Deno.env.get("PAGER") || DEFAULT_PAGER).split(/\s+/);
  try {
    const pager = new Deno.Command(program, { args, stdin: "piped" }).spawn();
    const writer = pager.stdin.getWriter();
    // Whoever leaves the pager early wants no more.
    await writer.write(new TextEncoder().encode(text)).then(() => writer.close()).catch(() => {});
    await pager.status;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(text);
  }
}

function fits(text: string): boolean {
  return text.split("\n").length < Deno.consoleSize().rows;
}
