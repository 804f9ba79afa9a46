import assert from "node:assert/strict";
import { mnistShared } from "../../../../generated/mnist_shared/mnist_shared.ts";
import { sharedLinear } from "../../../../generated/shared_linear/shared_linear.ts";
import { LIMITS } from "./limits.ts";
import { faultsOf, PROOF_RULES, prove } from "./prove.ts";

/** A text whose function `main` does something; `value` is a number in storage. */
function text(body: string, before = ""): string {
  return `${before}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
var<workgroup> shared_sums: array<f32, 64>;
override K: u32;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
${body}
}
`;
}

/** The rules that a text breaks, each once. */
function rulesOf(broken: string): readonly string[] {
  return [...new Set(faultsOf(broken).map(({ rule }) => rule))];
}

function assertRefused(rule: string, broken: readonly string[]): void {
  for (const each of broken) assert.deepEqual(rulesOf(each), [rule], each);
}

function assertProved(sound: readonly string[]): void {
  for (const each of sound) assert.deepEqual(faultsOf(each), [], each);
}

Deno.test("a barrier that some invocations may miss is found", () => {
  assertRefused("uniform-barriers", [
    text("if (local.x == 0u) { workgroupBarrier(); }"),
    text("if (group.x == 0u) { } else if (index > 3u) { storageBarrier(); }"),
    text("for (var i = 0u; i < local.x; i++) { workgroupBarrier(); }"),
    text("if (index == 1u) { return; } workgroupBarrier();"),
    text("for (var i = 0u; i < 4u; i++) { if (local.y == i) { break; } workgroupBarrier(); }"),
    text("for (var i = 0u; i < 4u; i++) { if (local.y == i) { continue; } workgroupBarrier(); }"),
    text("for (var i = 0u; i < 4u; i++) { workgroupBarrier(); if (local.y == i) { return; } }"),
    text("var k = 0u; if (local.x > 1u) { k = 1u; } if (k == 1u) { workgroupBarrier(); }"),
    text("let a = index * 2u; let b = a + 1u; if (b > 7u) { workgroupBarrier(); }"),
    text("if (y[0] > 1.0) { workgroupBarrier(); }"),
    text("if (shared_sums[0] > 1.0) { workgroupBarrier(); }"),
    // What differs may come round to the beginning of a loop.
    text(
      "var k = 0u; for (var i = 0u; i < 4u; i++) { if (k > 0u) { workgroupBarrier(); } k = index; }",
    ),
    text("if (index == 0u) { meet(); }", "fn meet() { workgroupBarrier(); }"),
    text("meet(index);", "fn meet(i: u32) { if (i == 0u) { workgroupBarrier(); } }"),
    text(
      "outer(index);",
      "fn meet(i: u32) { if (i == 0u) { workgroupBarrier(); } } fn outer(i: u32) { meet(i); }",
    ),
  ]);
});

Deno.test("a barrier that all invocations reach is proved", () => {
  assertProved([
    text("workgroupBarrier();"),
    text("if (group.x >= K) { return; } workgroupBarrier();"),
    text(
      "for (var i = 0u; i < K; i++) { workgroupBarrier(); y[index] = x[i]; workgroupBarrier(); }",
    ),
    text("if (x[group.x] > 1.0) { workgroupBarrier(); }"),
    text("if (index == 0u) { shared_sums[0] = 1.0; } workgroupBarrier();"),
    text("for (var i = index; i < 64u; i += 8u) { shared_sums[i] = 0.0; } workgroupBarrier();"),
    text("if (local.x >= K) { return; } y[index] = 1.0;"),
    text(
      "early(index); workgroupBarrier();",
      "fn early(i: u32) { if (i == 0u) { return; } y[i] = 2.0; }",
    ),
    text("meet(group.x);", "fn meet(i: u32) { if (i == 0u) { workgroupBarrier(); } }"),
  ]);
});

Deno.test("constants without a value are found", () => {
  assertRefused("constants-fit", [
    text("let a = 0xffffffffu + 1u;"),
    text("let a = 4294967296u;"),
    text("let a = 1u - 2u;"),
    text("let a = -1u;"),
    text("let a = 2147483647i + 1i;"),
    text("let a = 2147483648i;"),
    text("let a = i32(2147483648);"),
    text("let a = u32(-1);"),
    text("let a: u32 = 4294967296;"),
    text("let a: i32 = -2147483649;"),
    text("let a = 65536 * 65536 * 65536 * 65536;"),
    text("let a = f32(3e38) * 10.0;"),
    text("let a = 3.5e38f;"),
    text("let a = f32(1e39);"),
    text("let a = 70000.0h;"),
    text("let a = 1 / 0;"),
    text("let a = 7u % (3u - 3u);"),
    text("let a = K / 0u;"),
    text("let a = 1.0 / 0.0;"),
    text("let a = 1u << 32u;"),
    text("let a = K >> 32u;"),
    text("let a = 1i << 31u << 1u;"),
    text("y[min(index, 3u + 4294967295u)] = 0.0;"),
    text("shared_sums[64] = 0.0;"),
    text("", "var<workgroup> nothing: array<f32, 0>;"),
  ]);
});

Deno.test("constants that fit are proved, and what is no constant is left alone", () => {
  assertProved([
    text("let a = 0xfffffffeu + 1u; let b = i32(-2147483647 - 1); let c = -2147483648;"),
    text("let a = 3.402823466e38; let b: f32 = -3.402823466e38; let c = 1e-45f;"),
    text("let a = K - 1u; let b = K / (K - 3u); let c = 1u / K; let d = index << K;"),
    text("let a = u32(4294967295); let b = i32(4294967295u); let c = u32(-1i); let d = 1u << 31u;"),
    text("let a = (1.0 - 1.0) * f32(index); let b = 1.0 / f32(index); shared_sums[63] = a + b;"),
    text("let a = 1 < 2; let b = select(1u, 2u, a); let c = max(1u, 2u) - 2u;"),
  ]);
});

Deno.test("names that the language keeps, or that hide what the text uses, are found", () => {
  assertRefused("names-are-free", [
    text("let typedef = 1u;"),
    text("let target = 1u;"),
    text("var NULL = 1u;"),
    text("let __a = 1u;"),
    text("let max = 1u; y[0] = f32(max(max, 2u));"),
    text("let vec4 = 1u; let b = vec4<f32>();"),
    text("let f32 = 1u; var a: f32;"),
    text("y[0] = exp(1.0);", "fn exp(x: f32) -> f32 { return x; }"),
    text("", "struct Sizes { B: u32, target: u32, }"),
    text("", "override meta: u32;"),
    text("take(1u);", "fn take(with: u32) { }"),
  ]);
  assertProved([
    text("let step = 1u; let row = step; let maximum = max(row, 2u);"),
    text("", "struct Sizes { step: u32, max: u32, }"),
  ]);
});

Deno.test("more than every device has is found", () => {
  const buffers = (count: number) =>
    Array.from(
      { length: count },
      (_, at) => `@group(0) @binding(${at + 2}) var<storage, read> t${at}: array<f32>;`,
    ).join("\n");
  const memory = (bytes: number) => `var<workgroup> tile: array<vec4<f32>, ${bytes / 16}>;`;
  const sized = (size: string) =>
    text("").replace("@workgroup_size(64)", `@workgroup_size(${size})`);
  const own = 64 * 4;
  assertRefused("within-limits", [
    text("", buffers(7)),
    text("", memory(LIMITS.workgroupBytes - own + 16)),
    text("", "var<workgroup> tile: array<f32, K>;"),
    text("", "@group(0) @binding(0) var<storage, read> again: array<f32>;"),
    text("", "@group(0) @binding(2) var<uniform> sizes: array<vec4<f32>, 4097>;"),
    text("", "var<storage, read> nowhere: array<f32>;"),
    sized("257"),
    sized("16, 17"),
    sized("1, 1, 65"),
    sized("K"),
    text("").replace("@compute @workgroup_size(64)\n", ""),
  ]);
  assertProved([
    text("", buffers(6)),
    text("", memory(LIMITS.workgroupBytes - own)),
    text("", "@group(0) @binding(2) var<uniform> sizes: array<vec4<f32>, 4096>;"),
    sized("256"),
    sized("16, 16"),
  ]);
});

Deno.test("a form that this target never prints is refused, with its line", () => {
  const [fault] = faultsOf(text("loop { break; }"));
  assert.deepEqual([fault?.rule, fault?.line], ["known-form", 13]);
  assert.match(fault?.message ?? "", /wanted/);
});

Deno.test("a fault is told with the file, the line, what stands there, and what to do", () => {
  assert.throws(
    () => prove("gate/forward.wgsl", text("  if (index == 0u) { workgroupBarrier(); }")),
    {
      message:
        "Cannot write gate/forward.wgsl: it breaks a rule that every shader keeps, which is a fault of the " +
        "code generator; please report it together with the declaration\n" +
        "  gate/forward.wgsl:13: uniform-barriers: workgroupBarrier is reached by some invocations of a workgroup and " +
        "maybe not by others: whether they do depends on index, the builtin local_invocation_index; move it out of " +
        "the condition or the loop, or make that depend on the workgroup alone\n" +
        "    if (index == 0u) { workgroupBarrier(); }",
    },
  );
});

Deno.test("each rule says why it is there", () => {
  assert.equal(new Set(PROOF_RULES.map(({ name }) => name)).size, PROOF_RULES.length);
  for (const { reason } of PROOF_RULES) assert.ok(reason.length > 20);
});

/** Real texts with barriers, as they are generated. */
const STAGED = [
  sharedLinear.programs.grad_w.kernels[1].gpu.launches[0].source,
  ...mnistShared.programs.step.kernels.flatMap((kernel) =>
    "gpu" in kernel ? kernel.gpu.launches.map(({ source }) => source) : []
  ).filter((source) => source.includes("workgroupBarrier")),
];

Deno.test("real kernels are proved, and broken ones are not", () => {
  assert.ok(STAGED.length >= 5);
  for (const source of STAGED) {
    assert.deepEqual(faultsOf(source), []);
    const guarded = source.replace(
      "workgroupBarrier();",
      "if (local.x == 0u) { workgroupBarrier(); }",
    );
    assert.deepEqual(rulesOf(guarded), ["uniform-barriers"]);
    const early = source.replace(/\n( *)var sum_0_0/, "\n  if (index == 3u) { return; }$&");
    assert.notEqual(early, source);
    assert.deepEqual(rulesOf(early), ["uniform-barriers"]);
    const uneven = source.replace(/let first_row = [^;]*;/, "let first_row = index;")
      .replace(/let place = /, "let place = index + ");
    assert.ok(!uneven.includes("if (place >=") || rulesOf(uneven).includes("uniform-barriers"));
    const larger = source.replace(/(var<workgroup> \w+: array<vec4<f32>, )\d+/, "$199999");
    assert.deepEqual(rulesOf(larger), ["within-limits"]);
  }
});

/** Every generated text, each once. */
async function* generated(folder: URL): AsyncGenerator<readonly [string, string]> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const url = new URL(isDirectory ? `${name}/` : name, folder);
    if (isDirectory) yield* generated(url);
    else if (name.endsWith(".wgsl")) yield [url.pathname, await Deno.readTextFile(url)];
  }
}

Deno.test("every generated text keeps every rule", async () => {
  const seen = new Set<string>();
  for await (
    const [path, source] of generated(new URL("../../../../generated/", import.meta.url))
  ) {
    if (seen.has(source)) continue;
    seen.add(source);
    assert.deepEqual(faultsOf(source), [], path);
  }
  assert.ok(seen.size > 500);
});
