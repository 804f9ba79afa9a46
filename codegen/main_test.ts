import assert from "node:assert/strict";
import { main } from "./main.ts";
import { withFolder } from "../explain/temporary_module.ts";

const DSL = new URL("../dsl/mod.ts", import.meta.url).href;
const RUNTIME = new URL("../runtime", import.meta.url).href;

/** What a run of the command printed and returned. */
interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command and captures what it prints. */
async function gen(...args: readonly string[]): Promise<Run> {
  const { log, error } = console;
  const lines: { readonly out: string[]; readonly err: string[] } = { out: [], err: [] };
  console.log = (text: string) => lines.out.push(text);
  console.error = (text: string) => lines.err.push(text);
  try {
    const code = await main(args);
    return { code, out: lines.out.join("\n"), err: lines.err.join("\n") };
  } finally {
    Object.assign(console, { log, error });
  }
}

/** A user's spec: a layer with a parameter, and maybe another. */
function spec(...names: readonly string[]): string {
  const layers = names.map((name, i) =>
    `export const layer${i} = defineLayer({
  name: "${name}",
  doc: "y = tanh(x · Wᵀ)",
  inputs: { x: tensor(dim("B"), dim("K")) },
  params: { W: tensor(dim("O"), dim("K")).init(lecunNormal()) },
  forward: ({ x, W }) => tanh(matmul(x, transpose(W))),
});`
  );
  return `import { defineLayer, dim, lecunNormal, matmul, tanh, tensor, transpose } from "${DSL}";
${layers.join("\n")}
`;
}

/** Runs a test with a user's folder: a spec in it, and where the command is to write. */
async function withUser(
  text: string,
  test: (paths: { readonly spec: string; readonly out: string }) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const paths = {
      spec: decodeURIComponent(new URL("spec.ts", folder).pathname),
      out: decodeURIComponent(new URL("made here", folder).pathname),
    };
    await Deno.writeTextFile(paths.spec, text);
    await test(paths);
  });
}

Deno.test("a user's layer is generated into a folder of its own and type-checks there", async () => {
  await withUser(spec("dense"), async ({ spec, out }) => {
    const written = await gen(spec, "--out", out, "--runtime", RUNTIME);
    assert.deepEqual([written.code, written.err], [0, ""]);
    assert.match(
      written.out,
      /^1 declarations, \d+ files in .*made here\/: \d+ new, 0 changed, 0 removed$/,
    );
    const check = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", `${out}/dense/dense.ts`],
      cwd: out,
    }).output();
    assert.equal(new TextDecoder().decode(check.stderr), "");
    assert.equal(check.code, 0);
  });
});

Deno.test("without --runtime a binding imports the runtime by its path", async () => {
  await withUser(spec("dense"), async ({ spec, out }) => {
    assert.equal((await gen(spec, "--out", out)).code, 0);
    const binding = await Deno.readTextFile(`${out}/dense/dense.ts`);
    const [, from = ""] = binding.match(/import type \{ ModuleSpec \} from "(.*)"/) ?? [];
    const reached = new URL(from, new URL(`file://${out}/dense/dense.ts`));
    assert.equal(reached.href, `${RUNTIME}/spec.ts`);
  });
});

Deno.test("a second run changes nothing, and a check says so", async () => {
  await withUser(spec("dense"), async ({ spec, out }) => {
    await gen(spec, "--out", out);
    const again = await gen(spec, "--out", out);
    assert.match(again.out, /: 0 new, 0 changed, 0 removed$/);
    const check = await gen(spec, "--out", out, "--check");
    assert.deepEqual(check, { code: 0, out: `${out}/ is up to date`, err: "" });
  });
});

Deno.test("what tells where lines were declared is written beside, and no check asks for it", async () => {
  await withUser(spec("dense"), async ({ spec, out }) => {
    await gen(spec, "--out", out);
    const { places } = JSON.parse(await Deno.readTextFile(`${out}/places.json`));
    assert.ok(places.some((place: string) => place.includes("/spec.ts:")), String(places));
    await Deno.remove(`${out}/places.json`);
    assert.equal((await gen(spec, "--out", out, "--check")).code, 0);
    await gen(spec, "--out", out);
    assert.ok((await Deno.stat(`${out}/places.json`)).isFile);
    assert.doesNotMatch(await Deno.readTextFile(`${out}/manifest.json`), /places/);
  });
});

Deno.test("a check names each changed, missing and stale file, and what to run", async () => {
  await withUser(spec("dense", "other"), async ({ spec: path, out }) => {
    await gen(path, "--out", out);
    await Deno.writeTextFile(`${out}/dense/plan.md`, "edited");
    await Deno.remove(`${out}/dense/kernels.wat`);
    const changed = await gen(path, "--out", out, "--check");
    assert.equal(changed.code, 1);
    assert.deepEqual(changed.err.split("\n"), [
      `${out}/dense/kernels.wat is missing`,
      `${out}/dense/plan.md differs from what its declaration gives`,
      "Run `deno task gen` and commit the result.",
    ]);
    await gen(path, "--out", out);
    // Modules are loaded once per process, so the spec without a layer is another file.
    const fewer = path.replace("spec.ts", "fewer.ts");
    await Deno.writeTextFile(fewer, spec("dense"));
    const stale = await gen(fewer, "--out", out, "--check");
    assert.match(stale.err, /other\/forward\.wgsl belongs to no declaration any more/);
    const removed = await gen(fewer, "--out", out);
    assert.match(removed.out, /: 0 new, 1 changed, \d+ removed$/);
    await assert.rejects(Deno.stat(`${out}/other`), Deno.errors.NotFound);
  });
});

Deno.test("a fault in a spec is one sentence without a stack, and nothing is written", async () => {
  const faults: readonly (readonly [string, RegExp])[] = [
    ["export const x = 1;\n", /^Cannot generate from .*: it exports no layer and no model/],
    ["export const x = unknown;\n", /^Cannot load the spec .*: unknown is not defined/],
    [spec("class"), /^Cannot generate "class": .*"class", which is a word of TypeScript/],
    [spec("my-layer"), /^Cannot declare a layer "my-layer"/],
    [spec("twin", "Twin"), /another declaration is named/],
  ];
  for (const [text, message] of faults) {
    await withUser(text, async ({ spec, out }) => {
      const { code, err } = await gen(spec, "--out", out);
      assert.equal(code, 1);
      assert.match(err, message);
      assert.doesNotMatch(err, /\n\s+at /);
      await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
    });
  }
});

Deno.test("--help tells every option and succeeds", async () => {
  const { code, out } = await gen("--help");
  assert.equal(code, 0);
  for (const option of ["--out", "--check", "--runtime", "--dump", "TILEWRIGHT_DEBUG"]) {
    assert.ok(out.includes(option), option);
  }
});

Deno.test("an unknown option or pass is named", async () => {
  const option = await gen("--chekc");
  assert.equal(option.code, 2);
  assert.match(option.err, /Unknown option '--chekc' \(Did you mean --check\?\)/);
  const pass = await gen("--dump", "fusion");
  assert.equal(pass.code, 2);
  assert.match(pass.err, /'fusion' is invalid\. Passes are rewrite, separate-results, lower, plan/);
});

Deno.test("--dump prints every program after a pass", async () => {
  await withUser(spec("dense"), async ({ spec, out }) => {
    const { out: text } = await gen(spec, "--out", out, "--dump", "lower");
    assert.deepEqual(text.match(/^── .*$/gm), [
      "── dense.forward: after lower",
      "── dense.grad_x: after lower",
      "── dense.grad_w: after lower",
    ]);
  });
});

Deno.test("specs of a user never go to the folder of the library", async () => {
  await withUser(spec("mine"), async (paths) => {
    const { code, err } = await gen(paths.spec, "--check");
    assert.equal(code, 2);
    assert.match(err, /without a folder of its own: give --out <folder>/);
  });
});

Deno.test("rules can be left out, and an unknown one is told with those that there are", async () => {
  const text = `import { defineLayer, dim, matmul, tensor, tile, times, transpose } from "${DSL}";
export const wide = defineLayer({
  name: "wide",
  inputs: { x: tensor(dim("B"), times(dim("n"), dim("K"))) },
  params: { W: tensor(dim("O"), dim("K")) },
  forward: ({ x, W }) => matmul(x, transpose(tile(W, [1, dim("n")]))),
  typical: { B: 10, n: 10, K: 10, O: 10 },
});
`;
  await withUser(text, async ({ spec, out }) => {
    const workOfForward = async (...without: readonly string[]) => {
      const run = await gen(spec, "--out", out, "--runtime", RUNTIME, ...without);
      assert.equal(run.code, 0, run.err);
      const plan = await Deno.readTextFile(`${out}/wide/plan.md`);
      return /## forward[^#]*reductions: ([\d.]+ MFLOP)/.exec(plan)?.[1];
    };
    assert.equal(await workOfForward(), "0.003 MFLOP");
    assert.equal(await workOfForward("--without", "fold-across-tile"), "0.02 MFLOP");
  });
  const unknown = await gen("--without", "fold-acros-tile");
  assert.equal(unknown.code, 2);
  assert.match(
    unknown.err,
    /'fold-acros-tile' is invalid\. Rules are .*Did you mean fold-across-tile\?$/,
  );
});
