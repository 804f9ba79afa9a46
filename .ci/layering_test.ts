/**
 * The layering of the project: which folder may import which, no cycles of values, and no target's name
 * outside its folder.
 */
import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);

/** For each folder, the folders it may import besides itself. Tests may import anything. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  dsl: [],
  commands: [],
  codegen: ["commands", "dsl"],
  runtime: [],
  generated: ["runtime"],
  examples: ["commands", "dsl", "generated", "runtime"],
  // Tuning prints schedules with the compiler and times them with the runtime, for the examples' models.
  tune: ["commands", "dsl", "codegen", "examples", "runtime"],
  explain: ["commands", "dsl", "codegen", "runtime"],
  inspect: ["commands", "dsl", "codegen", "explain", "runtime"],
  // Tests that take as long as one likes.
  fuzz: ["commands", "dsl", "codegen", "explain", "runtime"],
  check: ["commands", "dsl", "codegen", "explain", "fuzz", "runtime"],
};

/** Specs are the only files of examples that may import the language. */
const SPEC = /^examples\/[^/]+\/spec\.ts$/;

/** The command of codegen: the compiler itself knows no command line. */
const GEN_COMMAND = /^codegen\/(main|options)\.ts$/;

interface Dependency {
  readonly specifier: string;
  readonly code?: { readonly specifier?: string };
  readonly type?: { readonly specifier?: string };
}

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly Dependency[];
}

async function sources(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) found.push(...await sources(path));
    else if (entry.name.endsWith(".ts")) found.push(path);
  }
  return found.sort();
}

/** Tests and what only they use. */
function isTestCode(path: string): boolean {
  return /_test\.ts$|\/testing\/|_for_test\.ts$|\/sample_\w+\.ts$/.test(path);
}

const files = (await Promise.all(Object.keys(ALLOWED).map(sources))).flat().filter((f) =>
  !isTestCode(f)
);

async function importGraph(): Promise<ReadonlyMap<string, Module>> {
  const all = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(all, files.map((path) => `import "${new URL(path, ROOT)}";`).join("\n"));
  const command = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--config", new URL("deno.json", ROOT).pathname, all],
  });
  const { stdout } = await command.output();
  await Deno.remove(all);
  const { modules }: { modules: readonly Module[] } = JSON.parse(new TextDecoder().decode(stdout));
  return new Map(modules.map((module) => [module.specifier.replace(ROOT.href, ""), module]));
}

const graph = await importGraph();

const relative = (specifier: string | undefined): string | undefined =>
  specifier?.startsWith(ROOT.href) ? specifier.slice(ROOT.href.length) : undefined;

function importsOf(path: string, kind: "any" | "value"): readonly string[] {
  return (graph.get(path)?.dependencies ?? []).flatMap((dependency) => {
    const specifier = dependency.code?.specifier ??
      (kind === "any" ? dependency.type?.specifier : undefined);
    const target = relative(specifier);
    return target === undefined ? [] : [target];
  });
}

Deno.test("every source file is part of the graph", () => {
  assert.ok(files.length > 100);
  for (const file of files) assert.ok(graph.has(file), file);
});

Deno.test("folders import only what the layering allows", () => {
  for (const file of files) {
    const [folder = ""] = file.split("/");
    for (const target of importsOf(file, "any")) {
      const [to = ""] = target.split("/");
      const allowed = to === folder || ALLOWED[folder]?.includes(to) === true;
      assert.ok(allowed, `${file} imports ${target}`);
      assert.ok(
        folder !== "examples" || to !== "dsl" || SPEC.test(file),
        `${file} imports ${target}`,
      );
      assert.ok(
        folder !== "codegen" || to !== "commands" || GEN_COMMAND.test(file),
        `${file} imports ${target}`,
      );
      const mayTest = ["fuzz", "check"].includes(folder) || !isTestCode(target);
      assert.ok(mayTest, `${file} imports ${target}, which is for tests`);
    }
  }
});

Deno.test("no file imports itself, directly or through others", () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    assert.ok(!path.includes(file), `import cycle: ${[...path, file].join(" -> ")}`);
    if (done.has(file)) return;
    for (const target of importsOf(file, "value")) visit(target, [...path, file]);
    done.add(file);
  };
  files.forEach((file) => visit(file, []));
});

Deno.test("no target is named outside its folder", async () => {
  for (const file of files.filter((path) => /^(dsl|codegen)\//.test(path))) {
    if (file.startsWith("codegen/targets/")) continue;
    const text = await Deno.readTextFile(new URL(file, ROOT));
    assert.doesNotMatch(text, /wgsl|wasm|webassembly/i, file);
  }
});

Deno.test("what browsers load does not use Deno, but for what asks first whether there is one", async () => {
  for (const file of files.filter((path) => /^(runtime|generated|dsl)\//.test(path))) {
    if (file.startsWith("runtime/native/")) continue;
    const text = await Deno.readTextFile(new URL(file, ROOT));
    assert.doesNotMatch(text.replaceAll(/`deno [^`]*`/g, ""), /\bDeno\.(?!test)/, file);
  }
});

Deno.test("generated files contain no entities of another language", async () => {
  for (const folder of ["generated"]) {
    for await (const path of walk(folder)) {
      if (path.endsWith(".wasm")) continue;
      const text = await Deno.readTextFile(new URL(path, ROOT));
      assert.doesNotMatch(text, /&lt;|&gt;|&amp;|&quot;|&#x/, path);
    }
  }
});

async function* walk(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* walk(path);
    else yield path;
  }
}
