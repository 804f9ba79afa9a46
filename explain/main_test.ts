import assert from "node:assert/strict";
import { main } from "./main.ts";
import { parseExplainArguments } from "./options.ts";

/** Runs the command, and catches what it prints. */
async function explain(...args: readonly string[]) {
  const { log, error } = console;
  let [out, err] = ["", ""];
  console.log = (text: string) => out += `${text}\n`;
  console.error = (text: string) => err += `${text}\n`;
  try {
    const code = await main(args);
    return { code, out, err };
  } finally {
    Object.assign(console, { log, error });
  }
}

Deno.test("a layer is explained as a person reads it", async () => {
  const sizes = "B=8,I=16,O=4";
  const { code, out } = await explain("--only", "linear", "--program", "forward", "--dims", sizes);
  assert.equal(code, 0);
  assert.equal(
    out,
    `\
linear with B = 8, I = 16, O = 4

forward: 1 kernel, 1.02 kFLOP, 912 B of traffic
computes y

kernel     FLOP  traffic  FLOP/B  buffers of 8  shared of 16.4 kB  workgroups  on GPUs
forward  1.02 k    912 B     1.1             4            16.4 kB           1        1

What is fused into each:
  forward
    y[i, o] = (Σ_j x[i, j] * W[o, j]) + b[o]

Memory: 1.82 kB in 8 buffers, allocated once: 640 B of inputs, 272 B of parameters, 912 B of outputs
Largest B on every WebGPU device: 2097152, limited by the buffer of x
`,
  );
});

Deno.test("JSON has the raw numbers", async () => {
  const { out } = await explain("--only", "relu", "--dims", "B=3,N=5", "--json");
  const [facts] = JSON.parse(out);
  assert.deepEqual(facts.dims, { B: 3, N: 5 });
  assert.equal(facts.programs[0].kernels[0].bytes, 2 * 4 * 15);
});

Deno.test("what is not there is refused with what there is", async () => {
  const layer = await explain("--only", "linaer");
  assert.equal(layer.code, 2);
  assert.match(
    layer.err,
    /^Cannot explain linaer: there is no declaration of this name; .* Did you mean linear\?$/m,
  );
  const program = await explain("--only", "relu", "--program", "step");
  assert.match(program.err, /there is no program of this name; there are forward, grad_x/);
  const dim = await explain("--only", "relu", "--dims", "Q=1");
  assert.match(dim.err, /Cannot explain "relu": it has no dim Q; its dims are N, B/);
  for (const args of [["--onyl", "relu"], ["--dims", "B:3"], ["--memory", "much"]]) {
    const parsed = parseExplainArguments(args);
    assert.ok(parsed.kind === "text" && parsed.exitCode === 2, args.join(" "));
  }
  const misspelt = parseExplainArguments(["--onyl", "relu"]);
  assert.ok(misspelt.kind === "text" && misspelt.text.includes("--only"));
});
