/**
 * Serves the pages of declarations, each made anew whenever it is loaded.
 *
 * @module
 */
import { type PageFile, type PageServer, servePage } from "../../commands/page_server.ts";
import type { PageAnswer, PageRequest } from "./page_request.ts";
import { pageScript } from "./page_script.ts";
import { renderProblem } from "./render.ts";

/** What to serve. */
export interface ServeOptions {
  /** Path of the module of the declarations; the library's and the examples' own if absent. */
  readonly spec?: string;
  readonly allRules: boolean;
  /** Where to listen; 0 for a free port. */
  readonly port: number;
}

/**
 * Starts to serve: `/` lists all declarations, `/<name>` is the page of one.
 *
 * @throws {UsageError} if the port is in use
 */
export async function servePages(
  { spec, allRules, port }: ServeOptions,
): Promise<PageServer> {
  const script = await pageScript();
  const common = { ...(spec === undefined ? {} : { spec }), allRules, script };
  return servePage({
    files: new Map(),
    port,
    isolated: false,
    async make(path) {
      const name = nameIn(path);
      if (name === undefined) return undefined;
      return fileOf(await made({ ...common, ...(name === "" ? {} : { name }) }), name, script);
    },
  });
}

/** The name of a declaration in a path: "" for the list; nothing for what is deeper or no text. */
function nameIn(path: string): string | undefined {
  try {
    const name = decodeURIComponent(path.slice(1));
    return name.includes("/") ? undefined : name;
  } catch {
    return undefined;
  }
}

/** The longest that a page may take; a spec with a loop that never ends takes longer. */
const PATIENCE_MS = 120_000;

/** Modules are read once by a process; so each page has one of its own. */
async function made(request: PageRequest): Promise<PageAnswer> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--quiet",
      "--allow-read",
      "--allow-env",
      new URL("print_page.ts", import.meta.url).href,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).spawn();
  const input = child.stdin.getWriter();
  // Where it ends before it has read all, its output tells why.
  await input.write(new TextEncoder().encode(JSON.stringify(request)))
    .then(() => input.close()).catch(() => {});
  const { stdout, stderr, signal } = await child.output();
  if (signal !== null) {
    const message = `Making the page took more than ${PATIENCE_MS / 1000} s, and was ended.`;
    return { kind: "failed", message };
  }
  const [answer = "", complaint = ""] = [stdout, stderr].map((each) =>
    new TextDecoder().decode(each)
  );
  try {
    return JSON.parse(answer);
  } catch {
    return {
      kind: "failed",
      message: complaint.trim().split("\n")[0] || "The process that makes pages ended early.",
    };
  }
}

function fileOf(answer: PageAnswer, name: string, script: string): PageFile {
  const type = "text/html; charset=utf-8";
  if (answer.kind === "page") return { type, body: answer.html };
  const isUnknown = answer.kind === "unknown";
  const advice = isUnknown
    ? "Choose another from the list of all declarations."
    : "Correct it, save it, and load this page again.";
  const problem = { name: name === "" ? "the list" : name, message: answer.message, advice };
  return { type, body: renderProblem(problem, { script, css: "" }), status: isUnknown ? 404 : 500 };
}
