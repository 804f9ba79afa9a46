/**
 * Makes one page in a process of its own, which has read no module before: it reads a request on standard input
 * and writes the answer to standard output.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DEFAULT_SPECS } from "../../codegen/default_specs.ts";
import { loadDeclarations } from "../../codegen/spec_modules.ts";
import { UsageError } from "../../commands/command_line.ts";
import { chosenDeclarations } from "../../explain/choice.ts";
import { materialOf } from "../material.ts";
import { declarationPage } from "./make_page.ts";
import type { PageAnswer, PageRequest } from "./page_request.ts";
import { renderStart } from "./render.ts";

/** The answer to a request; what goes wrong is an answer too. */
async function answerTo(request: PageRequest): Promise<PageAnswer> {
  try {
    const { name } = request;
    const html = name === undefined ? await startPage(request) : await pageOf(name, request);
    return { kind: "page", html };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: error instanceof UsageError ? "unknown" : "failed", message };
  }
}

async function pageOf(
  name: string,
  { spec, allRules, program, kernel, script }: PageRequest,
): Promise<string> {
  const specs = spec === undefined ? [] : [spec];
  const [declaration] = await chosenDeclarations("inspect", specs, [name]);
  if (declaration === undefined) throw new UsageError(`Cannot inspect ${name}: it is not there.`);
  return await declarationPage(await materialOf(declaration, specs), {
    script,
    allRules,
    isServed: true,
    first: { program, kernel },
    spec,
  });
}

/** The list of declarations, by the modules that export them. */
async function startPage({ spec, script }: PageRequest): Promise<string> {
  const modules = spec === undefined ? DEFAULT_SPECS : [spec];
  const groups = await Promise.all(modules.map(async (module, at) => ({
    number: at + 1,
    name: module,
    declarations: (await loadDeclarations([pathToFileURL(resolve(module)).href]))
      .map(({ name, kind, doc }) => ({ path: encodeURIComponent(name), name, kind, doc })),
  })));
  return renderStart({ groups }, { script, css: "" });
}

if (import.meta.main) {
  // What a spec prints is no part of the answer.
  console.log = console.error;
  const request: PageRequest = JSON.parse(await new Response(Deno.stdin.readable).text());
  const answer = new TextEncoder().encode(JSON.stringify(await answerTo(request)));
  const writer = Deno.stdout.writable.getWriter();
  await writer.write(answer);
  await writer.close();
  // A spec may have begun something that does not end.
  Deno.exit(0);
}
