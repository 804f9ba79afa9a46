/** Texts of contractions: what each way to tile them makes of the same product. */
import assert from "node:assert/strict";
import type { Kernel } from "../../kernel/kernel.ts";
import { axis, biasRelu, type Layout, moduleOf, product } from "../../kernel/sample_kernels.ts";
import type { Tiling } from "../../kernel/tiling.ts";
import { verifyKernel } from "../../kernel/verify.ts";
import { WGSL } from "./target.ts";
import { SOURCE } from "../../testing/source.ts";

const B = { name: "B" }, K = { name: "K" }, O = { name: "O" };

/** The texts of a kernel by path. */
async function print(kernel: Kernel): Promise<Readonly<Record<string, string>>> {
  const module = moduleOf([kernel], { fixedDims: ["K", "O"], callDims: ["B"] });
  const { files } = await WGSL.emit(module, SOURCE);
  return Object.fromEntries(files.map((file) => [file.path, String(file.content)]));
}

/** A text from its entry point on. */
function bodyOf(text: string | undefined): string {
  return text?.slice(text.indexOf("@compute")) ?? "";
}

/** One row by four columns to an invocation, eight of which lie side by side. */
const SMALL: Tiling = {
  tile: { rows: 1, columns: 4 },
  workgroup: { rows: 1, columns: 8 },
  neighbours: "n",
  order: "n",
  unroll: 1,
  fours: { results: false },
  staged: { lhs: false, rhs: false, depth: 0 },
  exact: { m: false, n: false, k: true },
  rolled: false,
  splits: 1,
};

/** Four by four to an invocation, which loads by way of memory that four of them share. */
const SHARED: Tiling = {
  ...SMALL,
  tile: { rows: 4, columns: 4 },
  workgroup: { rows: 2, columns: 2 },
  fours: { lhs: "k", rhs: "n", results: true },
  staged: { lhs: true, rhs: true, depth: 8 },
  exact: { m: false, n: true, k: true },
};

/** A kernel with other tilings. */
function tiled(kernel: Kernel, tilings: { vector?: Tiling; gpu?: Tiling }): Kernel {
  const { schedule } = kernel;
  assert.equal(schedule.frame, "contract");
  const changed: Kernel = {
    ...kernel,
    schedule: { ...schedule, tilings: { ...schedule.tilings, ...tilings } },
  };
  verifyKernel(changed);
  return changed;
}

/** A product in tiles of one row by four columns. */
function smallProduct(): Kernel {
  const kernel = product({ layout: "NT", sizes: [B, O, K], epilogue: biasRelu });
  return tiled(kernel, { vector: SMALL });
}

/** A product of numbers, in fours wherever they can be. */
function evenProduct(layout: Layout, vector: Tiling, gpu: Tiling = SHARED): Kernel {
  const kernel = product({ layout, sizes: [B, 16, 32], epilogue: biasRelu });
  return tiled(kernel, { vector, gpu });
}

/** What follows the head of a text. */
function codeOf(text: string | undefined): string {
  return text?.slice(text.indexOf("\nfn lhs") + 1) ?? "";
}

Deno.test("a contraction keeps a tile in registers and applies its epilogue to each result", async () => {
  const texts = await print(smallProduct());
  assert.deepEqual(Object.keys(texts), [
    "product_nt.wgsl",
    "product_nt.gpu.wgsl",
    "product_nt.plain.wgsl",
  ]);
  assert.equal(
    codeOf(texts["product_nt.wgsl"]),
    `fn lhs(m: u32, k: u32) -> f32 { return x[m * K + k]; }
fn rhs(k: u32, n: u32) -> f32 { return w[n * K + k]; }

fn finish(m: u32, n: u32, acc: f32) {
  if (m >= uniforms.B || n >= O) { return; }
  y[m * O + n] = max(acc + bias[n], 0.0);
}

fn finish_row(m: u32, n: u32, sums: vec4<f32>) {
  finish(m, n + 0u, sums.x);
  finish(m, n + 1u, sums.y);
  finish(m, n + 2u, sums.z);
  finish(m, n + 3u, sums.w);
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
) {
  let place = group.x + group.y * groups.x;
  let across = (O + 31u) / 32u;
  let down = uniforms.B;
  if (place >= across * down) { return; }
  let first_row = place / across;
  let first_column = place % across * 32u;
  let m = first_row;
  let m_0 = min(m, uniforms.B - 1u);
  let n = first_column + local.x * 4u;
  let n_0 = min(n, O - 1u);
  let n_1 = min(n + 1u, O - 1u);
  let n_2 = min(n + 2u, O - 1u);
  let n_3 = min(n + 3u, O - 1u);
  var sum_0_0 = vec4<f32>();
  for (var k = 0u; k < K; k++) {
    let right_0 = vec4<f32>(rhs(k, n_0), rhs(k, n_1), rhs(k, n_2), rhs(k, n_3));
    let left_0 = lhs(m_0, k);
    sum_0_0 += left_0 * right_0;
  }
  finish_row(m, n, sum_0_0);
}
`,
  );
});

Deno.test("what lies side by side along the sum is loaded in fours and multiplied as dot products", async () => {
  const kernel = evenProduct("NT", {
    ...SMALL,
    tile: { rows: 2, columns: 4 },
    workgroup: { rows: 8, columns: 1 },
    neighbours: "m",
    order: "m",
    unroll: 4,
    fours: { lhs: "k", rhs: "k", results: true },
    exact: { m: false, n: true, k: true },
  }, { ...SHARED, fours: { lhs: "k", rhs: "k", results: true } });
  const { "product_nt.wgsl": text = "" } = await print(kernel);
  assert.match(text, /var<storage, read> x: array<vec4<f32>>; \/\/ \[B, 32\] in fours/);
  assert.equal(
    codeOf(text),
    `fn lhs(m: u32, k: u32) -> vec4<f32> { return x[m * 8u + k / 4u]; } // four along k
fn rhs(k: u32, n: u32) -> vec4<f32> { return w[n * 8u + k / 4u]; } // four along k

fn finish(m: u32, n: u32, acc: vec4<f32>) {
  if (m >= uniforms.B) { return; }
  y[m * 4u + n / 4u] = max(acc + bias[n / 4u], vec4<f32>(0.0));
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
) {
  let place = group.x + group.y * groups.x;
  let across = 4u;
  let down = (uniforms.B + 15u) / 16u;
  if (place >= across * down) { return; }
  let first_row = place % down * 16u;
  let first_column = place / down * 4u;
  let m = first_row + local.x * 2u;
  let m_0 = min(m, uniforms.B - 1u);
  let m_1 = min(m + 1u, uniforms.B - 1u);
  let n = first_column;
  let n_0 = n;
  let n_1 = n + 1u;
  let n_2 = n + 2u;
  let n_3 = n + 3u;
  var sum_0_0 = 0.0;
  var sum_0_1 = 0.0;
  var sum_0_2 = 0.0;
  var sum_0_3 = 0.0;
  var sum_1_0 = 0.0;
  var sum_1_1 = 0.0;
  var sum_1_2 = 0.0;
  var sum_1_3 = 0.0;
  for (var k = 0u; k < 32u; k += 4u) {
    let right_0 = rhs(k, n_0);
    let right_1 = rhs(k, n_1);
    let right_2 = rhs(k, n_2);
    let right_3 = rhs(k, n_3);
    let left_0 = lhs(m_0, k);
    sum_0_0 += dot(left_0, right_0);
    sum_0_1 += dot(left_0, right_1);
    sum_0_2 += dot(left_0, right_2);
    sum_0_3 += dot(left_0, right_3);
    let left_1 = lhs(m_1, k);
    sum_1_0 += dot(left_1, right_0);
    sum_1_1 += dot(left_1, right_1);
    sum_1_2 += dot(left_1, right_2);
    sum_1_3 += dot(left_1, right_3);
  }
  finish(m, n, vec4<f32>(sum_0_0, sum_0_1, sum_0_2, sum_0_3));
  finish(m + 1u, n, vec4<f32>(sum_1_0, sum_1_1, sum_1_2, sum_1_3));
}
`,
  );
});

Deno.test("an epilogue in a loop finishes the first row at each turn, and moves the others up", async () => {
  const vector = {
    ...SMALL,
    tile: { rows: 4, columns: 8 },
    workgroup: { rows: 8, columns: 1 },
    neighbours: "m",
    fours: { results: true },
    rolled: true,
  } as const;
  const { "product_nn.wgsl": text = "" } = await print(evenProduct("NN", vector));
  assert.equal(
    text.slice(text.indexOf("  // Each turn")),
    `  // Each turn finishes the first row and moves the others up.
  for (var row = 0u; row < 4u; row++) {
    finish(m + row, n, sum_0_0);
    finish(m + row, n + 4u, sum_0_1);
    sum_0_0 = sum_1_0;
    sum_0_1 = sum_1_1;
    sum_1_0 = sum_2_0;
    sum_1_1 = sum_2_1;
    sum_2_0 = sum_3_0;
    sum_2_1 = sum_3_1;
  }
}
`,
  );
});

Deno.test("operands go through memory that a workgroup shares, turned where they must be", async () => {
  const texts = await print(evenProduct("NN", SMALL));
  const text = texts["product_nn.gpu.wgsl"] ?? "";
  assert.equal(
    text.slice(text.indexOf("var<workgroup>")),
    `var<workgroup> left_tile: array<vec4<f32>, 16>; // 8 steps of k, 8 of m each
var<workgroup> right_tile: array<vec4<f32>, 16>; // 8 steps of k, 8 of n each

fn lhs(m: u32, k: u32) -> vec4<f32> { return x[m * 8u + k / 4u]; } // four along k
fn rhs(k: u32, n: u32) -> vec4<f32> { return w[k * 4u + n / 4u]; } // four along n

fn finish(m: u32, n: u32, acc: vec4<f32>) {
  if (m >= uniforms.B) { return; }
  y[m * 4u + n / 4u] = max(acc + bias[n / 4u], vec4<f32>(0.0));
}

@compute @workgroup_size(2, 2)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let place = group.x + group.y * groups.x;
  let across = 2u;
  let down = (uniforms.B + 7u) / 8u;
  if (place >= across * down) { return; }
  let first_row = place / across * 8u;
  let first_column = place % across * 8u;
  let m = first_row + local.y * 4u;
  let n = first_column + local.x * 4u;
  var sum_0_0 = vec4<f32>();
  var sum_1_0 = vec4<f32>();
  var sum_2_0 = vec4<f32>();
  var sum_3_0 = vec4<f32>();
  for (var k_0 = 0u; k_0 < 32u; k_0 += 8u) {
    for (var block = index; block < 4u; block += 4u) {
      let row = block / 2u * 4u;
      let step = block % 2u * 4u;
      let loaded_0 = lhs(min(first_row + row, uniforms.B - 1u), k_0 + step);
      let loaded_1 = lhs(min(first_row + row + 1u, uniforms.B - 1u), k_0 + step);
      let loaded_2 = lhs(min(first_row + row + 2u, uniforms.B - 1u), k_0 + step);
      let loaded_3 = lhs(min(first_row + row + 3u, uniforms.B - 1u), k_0 + step);
      left_tile[step * 2u + row / 4u] = vec4<f32>(loaded_0.x, loaded_1.x, loaded_2.x, loaded_3.x);
      left_tile[(step + 1u) * 2u + row / 4u] = vec4<f32>(loaded_0.y, loaded_1.y, loaded_2.y, loaded_3.y);
      left_tile[(step + 2u) * 2u + row / 4u] = vec4<f32>(loaded_0.z, loaded_1.z, loaded_2.z, loaded_3.z);
      left_tile[(step + 3u) * 2u + row / 4u] = vec4<f32>(loaded_0.w, loaded_1.w, loaded_2.w, loaded_3.w);
    }
    for (var block = index; block < 4u; block += 4u) {
      let row = block % 2u * 4u;
      let step = block / 2u * 4u;
      let row_0 = first_column + row;
      right_tile[step * 2u + row / 4u] = rhs(k_0 + step, row_0);
      right_tile[(step + 1u) * 2u + row / 4u] = rhs(k_0 + step + 1u, row_0);
      right_tile[(step + 2u) * 2u + row / 4u] = rhs(k_0 + step + 2u, row_0);
      right_tile[(step + 3u) * 2u + row / 4u] = rhs(k_0 + step + 3u, row_0);
    }
    workgroupBarrier();
    for (var k = k_0; k < k_0 + 8u; k++) {
      let right_0 = right_tile[k % 8u * 2u + local.x];
      let left_0 = left_tile[k % 8u * 2u + local.y];
      sum_0_0 += left_0.x * right_0;
      sum_1_0 += left_0.y * right_0;
      sum_2_0 += left_0.z * right_0;
      sum_3_0 += left_0.w * right_0;
    }
    workgroupBarrier();
  }
  finish(m, n, sum_0_0);
  finish(m + 1u, n, sum_1_0);
  finish(m + 2u, n, sum_2_0);
  finish(m + 3u, n, sum_3_0);
}
`,
  );
});

Deno.test("a sum that is cut into parts has a second text, which adds them up", async () => {
  const kernel = evenProduct("NN", SMALL, { ...SHARED, splits: 2 });
  const texts = await print(kernel);
  const parts = texts["product_nn.gpu.parts.wgsl"] ?? "";
  assert.match(parts, /partials: array<vec4<f32>>; \/\/ \[2, B, 16\] in fours/);
  assert.match(parts, /partials\[part \* \(4u \* uniforms\.B\) \+ m \* 4u \+ n \/ 4u\] = acc;/);
  assert.match(parts, /for \(var k_0 = 0u; k_0 < 16u; k_0 \+= 8u\)/);
  assert.equal(
    bodyOf(texts["product_nn.gpu.whole.wgsl"]),
    `@compute @workgroup_size(64)
fn main(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let place = id.x + id.y * groups.x * 64u;
  if (place >= 4u * uniforms.B) { return; }
  let m = place / 4u;
  let n = place % 4u * 4u;
  var acc = vec4<f32>();
  for (var part = 0u; part < 2u; part++) {
    acc += partials[part * (4u * uniforms.B) + m * 4u + n / 4u];
  }
  y[m * 4u + n / 4u] = max(acc + bias[n / 4u], vec4<f32>(0.0));
}
`,
  );
});

Deno.test("parts of four columns are added up by an invocation per row", async () => {
  const kernel = product({ layout: "NN", sizes: [B, 4, 32], epilogue: biasRelu });
  const gpu = { ...SHARED, splits: 2, exact: { m: false, n: false, k: true } };
  const texts = await print(tiled(kernel, { vector: SMALL, gpu }));
  assert.match(texts["product_nn.gpu.whole.wgsl"] ?? "", /let m = place;/);
});

Deno.test("a contraction of many matrices has its workgroups in one row, matrix after matrix", async () => {
  const batch = [axis("g", 3), axis("h", K)];
  const kernel = product({ layout: "NT", sizes: [B, O, K], batch, epilogue: biasRelu });
  const text = (await print(tiled(kernel, { vector: SMALL })))["product_nt.wgsl"] ?? "";
  const [, body = ""] = text.split(") {\n  let place");
  assert.equal(
    `  let place${body.slice(0, body.indexOf("  let m_0"))}`,
    `  let place = group.x + group.y * groups.x;
  let across = (O + 31u) / 32u;
  let down = uniforms.B;
  if (place >= across * down * 3u * K) { return; }
  let matrix = place / (across * down);
  let g = matrix / K;
  let h = matrix % K;
  let first_row = place / across % down;
  let first_column = place % across * 32u;
  let m = first_row;
`,
  );
});

Deno.test("an extent of 0 is neither counted down from nor divided by", async () => {
  const texts = await print(product({ layout: "NT", sizes: [B, 0, 0], epilogue: biasRelu }));
  const text = texts["product_nt.wgsl"] ?? "", plain = texts["product_nt.plain.wgsl"] ?? "";
  assert.match(text, /let across = 1u;/);
  assert.match(text, /let n_0 = min\(n, 0u\);/);
  assert.match(plain, /let n = place % 1u;/);
});

Deno.test("the plain twin of a contraction is a loop per result", async () => {
  assert.equal(
    bodyOf((await print(smallProduct()))["product_nt.plain.wgsl"]),
    `@compute @workgroup_size(64)
fn main(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let place = id.x + id.y * groups.x * 64u;
  if (place >= uniforms.B * O) { return; }
  let m = place / O;
  let n = place % O;
  var acc = 0.0;
  for (var k = 0u; k < K; k++) {
    acc += x[m * K + k] * w[n * K + k];
  }
  y[m * O + n] = max(acc + bias[n], 0.0);
}
`,
  );
});
