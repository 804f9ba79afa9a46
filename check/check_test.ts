/** What `check` finds right, and what it finds wrong. */
import assert from "node:assert/strict";
import * as t from "../dsl/mod.ts";
import { linear } from "../dsl/layers/mod.ts";
import type { Declaration } from "../codegen/programs/programs.ts";
import { compile } from "../codegen/pipeline.ts";
import { disposeAll, openDevices } from "../fuzz/devices.ts";
import { checkDeclaration, groupOf, type Report } from "./check.ts";
import { main } from "./main.ts";
import { sizesOf } from "./sizes.ts";
import { faultsText, reportTable, tooLargeText, unverifiedText } from "./text.ts";

const B = t.dim("B"), K = t.dim("K");

/** y = x · s, with a gradient that is what `change` makes of the right one. */
function scaled(gradient?: (gy: t.Tensor<t.Shape, "f32">) => t.Tensor<t.Shape, "f32">) {
  const product = t.customGradient({
    name: "product",
    forward: (x: t.Tensor<t.Shape, "f32">) => t.mul(x, 3),
    backward: ({ gy }) => [gradient?.(gy)],
    ...(gradient === undefined ? {} : { unverified: "put wrong on purpose" }),
  });
  return t.defineLayer({
    name: "scaled",
    inputs: { x: t.tensor(B, K) },
    forward: ({ x }) => product(x),
  });
}

/** Checks a declaration on the CPU, as if its module had been generated from another. */
async function check(declaration: Declaration, run = declaration): Promise<Report> {
  const { opened } = await openDevices("check", "wasm");
  try {
    const groups = opened.map((each) => groupOf(each, true));
    return await checkDeclaration(declaration, { groups, seeds: 1, quick: true, run });
  } finally {
    await disposeAll(opened);
  }
}

const faults = ({ outcomes }: Report) =>
  Object.fromEntries(outcomes.flatMap(({ name, fault }) => fault ? [[name, fault]] : []));

Deno.test("a right layer is compared in float64, with slopes, and on each device", async () => {
  const report = await check(linear);
  assert.deepEqual(faults(report), {});
  for (const { name, cases, tally } of report.outcomes) {
    assert.ok(cases >= 5 && tally.compared > 100, name);
  }
});

Deno.test("a gradient that is 1.001 times the right one is found on the devices that compute it", async () => {
  const report = await check(scaled(), scaled((gy) => t.mul(gy, 3.003)));
  assert.deepEqual(Object.keys(faults(report)), ["wasm"]);
  assert.match(
    faultsText([report]),
    /^scaled, wasm: one thread: grad_x: gx\[0, 0\] is (-?\d\.\d+), wanted -?\d\.\d+ (exactly|± \d\.\de-\d+) \(with B = 2, K = 3, values from seed 1\)\n\nThe tolerance/,
  );
  assert.match(reportTable([report]), /^scaled +\d .* FAILED/m);
});

Deno.test("a gradient without its factor gy is found", async () => {
  const report = await check(scaled(), scaled((gy) => t.add(t.mul(gy, 0), 3)));
  assert.match(faults(report)["wasm"] ?? "", /grad_x: gx\[0, 0\] is 3, wanted /);
});

Deno.test("a wrong gradient by hand is a fault of its declaration, told in words", async () => {
  const product = t.customGradient({
    name: "product",
    forward: (x: t.Tensor<t.Shape, "f32">) => t.mul(x, 3),
    backward: ({ gy }) => [t.mul(gy, 3.003)],
  });
  const layer = t.defineLayer({
    name: "wrong",
    inputs: { x: t.tensor(B, K) },
    forward: ({ x }) => product(x),
  });
  const report = await check(layer);
  assert.match(
    faultsText([report]),
    /^wrong, float64: In product: backward's gx differs from the derived gradient at gx\[0, 0\]/,
  );
});

Deno.test("a gradient that is meant to differ is compared with what was given, not with slopes", async () => {
  const report = await check(scaled((gy) => gy));
  assert.deepEqual(faults(report), {});
  assert.equal(report.outcomes.find(({ name }) => name === "slopes")?.cases, 0);
  assert.equal(
    unverifiedText([report]),
    "product.gx is not compared with slopes: put wrong on purpose",
  );
});

Deno.test("rows that are gathered are in the table, whatever its size", async () => {
  const table = t.defineLayer({
    name: "rows",
    inputs: { at: t.tensor(B).u32() },
    params: { T: t.tensor(K, 2) },
    forward: ({ at, T }) => t.gather(T, at),
  });
  const report = await check(table);
  assert.deepEqual(faults(report), {});
  const unknown = report.outcomes.map(({ tally }) => tally.undecided + tally.outOfRange);
  assert.deepEqual(unknown, [0, 0, 0]);
});

Deno.test("what is too large to interpret is named, not called right", async () => {
  const large = t.defineLayer({
    name: "large",
    inputs: { x: t.tensor(B, 1000) },
    params: { W: t.tensor(1000, 1000) },
    forward: ({ x, W }) => t.einsum("bi,oi->bo", x, W),
  });
  const report = await check(large);
  assert.match(reportTable([report]), /^large +3 +- +- +- +-$/m);
  assert.match(tooLargeText([report]), /^Not compared, .*: large\. Check the layers/);
});

Deno.test("sizes are ones, different primes, those around tiles, and no sample", () => {
  const sizes = sizesOf(compile(linear), false);
  assert.deepEqual(sizes.slice(0, 3), [
    { B: 2, I: 3, O: 5 },
    { B: 1, I: 1, O: 1 },
    { B: 4, I: 4, O: 4 },
  ]);
  const all = sizes.flatMap((dims) => Object.values(dims));
  for (const edge of [3, 4, 5, 7, 8, 9, 15, 16, 17]) assert.ok(all.includes(edge), String(edge));
  assert.deepEqual(sizes.at(-1), { B: 0, I: 3, O: 5 });
});

/** Runs the command, and catches what it prints. */
async function run(...args: readonly string[]) {
  const { log, error } = console;
  let [out, err] = ["", ""];
  console.log = (text: string) => out += `${text}\n`;
  console.error = (text: string) => err += `${text}\n`;
  try {
    return { code: await main(args), out, err };
  } finally {
    Object.assign(console, { log, error });
  }
}

Deno.test("the command prints a line for each declaration", async () => {
  const { code, out, err } = await run("--only", "relu,by_sgd", "--backend", "wasm", "--quick");
  assert.equal(err, "");
  assert.equal(code, 0);
  assert.match(out, /^declaration +programs +float64 +slopes +wasm +by hand\nby_sgd .*\nrelu .*\n/);
});

Deno.test("what is not there, or not understood, is told", async () => {
  const unknown = await run("--only", "rleu");
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /^Cannot check rleu: there is no declaration of this name; .*relu/);
  const { code, err } = await run("--seeds", "none");
  assert.equal(code, 2);
  assert.match(err, /^Option '--seeds <n>' argument 'none' is invalid\. Expected a whole number/);
});
