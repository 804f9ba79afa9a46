import assert from "node:assert/strict";
import { defineLayer, type LayerDeclaration, tensor } from "../dsl/declare.ts";
import { dim } from "../dsl/dim.ts";
import * as t from "../dsl/tensor.ts";
import { linear } from "../generated/linear/linear.ts";
import { mnistShared } from "../generated/mnist_shared/mnist_shared.ts";
import { relu } from "../generated/relu/relu.ts";
import { sharedLinear } from "../generated/shared_linear/shared_linear.ts";
import { gpuTest } from "../runtime/testing/gpu_access.ts";
import type { CompiledModule } from "./kernel/kernel.ts";
import { compile } from "./pipeline.ts";
import { RESERVED } from "./targets/wgsl/language.ts";
import { WGSL } from "./targets/wgsl/target.ts";
import { checkConfidentLoss } from "./testing/confident_loss.ts";
import { withFreshModule } from "../explain/temporary_module.ts";
import { checkLayer } from "./testing/generated_layers.ts";
import { layerOf, sketches } from "./testing/sketch.ts";
import { SOURCE } from "./testing/source.ts";

const B = dim("B"), K = dim("K");

/** The most workgroups in one dimension, and the invocations of a workgroup. */
const GROUPS = 65535, WORKGROUP = 64;

for (const rows of [GROUPS, GROUPS + 1]) {
  gpuTest(`ReLU computes all elements of ${rows} workgroups`, async ({ backend }) => {
    const dims = { B: rows, N: WORKGROUP };
    const loaded = await backend.load(relu, dims);
    const x = Float32Array.from({ length: rows * WORKGROUP }, (_, i) => (i % 2 === 0 ? 1 : -1) * i);
    loaded.write("x", x);
    loaded.write("y", new Float32Array(x.length).fill(NaN));
    loaded.run("forward", { B: rows });
    const y = await loaded.read("y");
    assert.equal(y.length, x.length);
    const wrong = y.findIndex((value, i) => value !== Math.max(x[i] ?? NaN, 0));
    assert.equal(wrong, -1, `element ${wrong} is ${y[wrong]}`);
  });
}

gpuTest(
  "a product of more rows than one dimension has workgroups is whole",
  async ({ backend }) => {
    const rows = 8 * (GROUPS + 1) + 8 + 3, columns = 2;
    const loaded = await backend.load(linear, { B: rows, I: 1, O: columns });
    const x = Float32Array.from({ length: rows }, (_, i) => i % 1000);
    loaded.write("x", x);
    loaded.write("W", Float32Array.of(2, -3));
    loaded.write("b", Float32Array.of(0.5, 0.25));
    loaded.write("y", new Float32Array(rows * columns).fill(NaN));
    loaded.run("forward", { B: rows });
    const y = await loaded.read("y");
    assert.equal(y.length, rows * columns);
    const wrong = y.findIndex((value, i) => {
      const input = x[Math.floor(i / columns)] ?? NaN;
      return value !== (i % columns === 0 ? 2 * input + 0.5 : -3 * input + 0.25);
    });
    assert.equal(wrong, -1, `element ${wrong} is ${y[wrong]}`);
  },
);

gpuTest("many products at once are folded into a grid, and each is whole", async ({ backend }) => {
  const count = GROUPS + 2, rows = 2;
  const H = dim("H"), M = dim("M");
  const declaration = defineLayer({
    name: "batched",
    inputs: { x: tensor(H, M, K), w: tensor(H, 2, K) },
    forward: ({ x, w }) =>
      t.sum(t.mul(t.reshape(x, [H, M, 1, K]), t.reshape(w, [H, 1, 2, K])), { axis: 3 }),
  });
  await withFreshModule(declaration, async (module) => {
    assert.match(module.programs.forward?.kernels[0]?.shader.source ?? "", /let matrix = /);
    const loaded = await backend.load(module, { H: count, M: rows, K: 1 });
    const x = Float32Array.from({ length: count * rows }, (_, i) => i % 101);
    const w = Float32Array.from({ length: count * 2 }, (_, i) => i % 103);
    loaded.write("x", x);
    loaded.write("w", w);
    loaded.run("forward", { H: count });
    const y = await loaded.read("y");
    const wrong = y.findIndex((value, i) =>
      value !== (x[i >> 1] ?? NaN) * (w[(i >> 2) * 2 + i % 2] ?? NaN)
    );
    assert.equal(y.length, count * rows * 2);
    assert.equal(wrong, -1, `element ${wrong} is ${y[wrong]}`);
  });
});

gpuTest("a layer with an extent of 0 loads, runs and writes what there is", async ({ backend }) => {
  const declaration = defineLayer({
    name: "empty",
    inputs: { x: tensor(B, 0), z: tensor(B, K) },
    params: { W: tensor(K, 0), V: tensor(0, K) },
    forward: ({ x, z, W, V }) =>
      t.add(t.matmul(x, t.transpose(W)), t.matmul(t.matmul(z, t.transpose(V)), V)),
  });
  await withFreshModule(declaration, async (module) => {
    const loaded = await backend.load(module, { B: 2, K: 3 });
    loaded.write("z", Float32Array.of(1, 2, 3, 4, 5, 6));
    loaded.write("y", new Float32Array(6).fill(NaN));
    loaded.run("forward", { B: 2 });
    assert.deepEqual(await loaded.read("y"), new Float32Array(6));
  });
});

gpuTest("a kernel that several programs run is compiled once", async ({ backend, device }) => {
  const labels: string[] = [];
  const compilePipeline = device.createComputePipelineAsync.bind(device);
  device.createComputePipelineAsync = (descriptor) => {
    labels.push(descriptor.label ?? "");
    return compilePipeline(descriptor);
  };
  await backend.load(mnistShared, { B: 1, samples: 1 });
  for (const kernel of ["relu1", "fold_relu1", "relu2", "l3_y"]) {
    const made = labels.filter((label) => label === `mnist_shared/${kernel}`);
    assert.equal(made.length, 1, `${kernel}: ${labels.join()}`);
  }
});

gpuTest("a confident network has exact losses and finite gradients", async ({ backend }) => {
  await checkConfidentLoss(backend);
});

/** Fails if a shader of a module is not accepted. */
async function checkShaders(device: GPUDevice, module: CompiledModule): Promise<void> {
  const { files } = await WGSL.emit(module, SOURCE);
  for (const { path, content } of files) {
    const shader = device.createShaderModule({ code: String(content) });
    const { messages } = await shader.getCompilationInfo();
    assert.deepEqual(messages.map((each) => each.message), [], `${path}\n${content}`);
  }
}

/** A layer whose dims and inputs have these names; it is the sum of the inputs. */
function sumOf(names: readonly string[]): LayerDeclaration {
  const [first = "first", second = "second"] = names;
  const shape = [dim(first), dim(second)] as const;
  return defineLayer({
    name: first,
    inputs: Object.fromEntries(names.map((name) => [name, tensor(...shape)])),
    forward: (inputs) =>
      Object.values(inputs).reduce<t.Tensor<typeof shape, "f32">>(
        (sum, each) => t.add(sum, t.handle<typeof shape, "f32">(each.node)),
        t.handle(t.broadcastTo(t.constant(1).node, shape)),
      ),
  });
}

gpuTest(
  "every reserved word makes a legal name of a layer, a dim and a tensor",
  async ({ device }) => {
    const words = [...RESERVED, "dot", "floor", "vec3u", "texture_2d", "left_0", "b_1", "sum_0_0"];
    const taken = new Set(["y", "gy"]);
    const names = words.filter((word) => {
      const key = word.toLowerCase();
      const isNew = /^[a-z]/i.test(word) && !taken.has(key);
      taken.add(key);
      return isNew;
    });
    assert.ok(names.length > 150);
    for (let at = 0; at < names.length; at += 7) {
      const chunk = names.slice(at, at + 7);
      await checkShaders(device, compile(sumOf(chunk.length > 1 ? chunk : ["x", ...chunk])).module);
    }
  },
);

gpuTest("a layer of reserved names computes its values", async ({ backend }) => {
  const [rows, columns] = [dim("loop"), dim("override")];
  const declaration = defineLayer({
    name: "struct",
    inputs: { filter: tensor(rows, columns) },
    params: { target: tensor(dim("final"), columns), module: tensor(dim("final")) },
    forward: ({ filter, target, module }) => t.add(t.matmul(filter, t.transpose(target)), module),
  });
  await withFreshModule(declaration, async (module) => {
    const dims = { loop: 5, override: 7, final: 3 };
    for (const plain of [false, true]) {
      const load = (spec: typeof module) => backend.load(spec, dims, { plain });
      await checkLayer(load, { declaration, module, sizes: [] }, dims);
    }
  });
});

gpuTest(
  "a layer of more tensors than a kernel can bind is split and computes its values",
  async ({ backend }) => {
    const names = Array.from({ length: 10 }, (_, i) => `x${i}`);
    const inputs = Object.fromEntries(names.map((name) => [name, tensor(B, K)]));
    type Matrix = t.Tensor<readonly [typeof B, typeof K], "f32">;
    const declaration = defineLayer({
      name: "many",
      inputs,
      forward: (all) =>
        Object.values(all).map((each): Matrix => t.handle(each.node))
          .reduce((product, each) => t.mul(product, t.tanh(each))),
    });
    await withFreshModule(declaration, async (module) => {
      const dims = { B: 3, K: 5 };
      const load = (spec: typeof module) => backend.load(spec, dims);
      await checkLayer(load, { declaration, module, sizes: [] }, dims);
    });
  },
);

gpuTest("the shaders of random programs are accepted", async ({ device }) => {
  for (const sketch of sketches(40, 1)) {
    await checkShaders(device, compile(layerOf(sketch)).module);
  }
});

gpuTest(
  "a generated module with an error in a kernel is refused at load, with its place",
  async ({ backend }) => {
    const { forward } = sharedLinear.programs;
    const [fold, product] = forward.kernels;
    const source = product.shader.source.replace("fn finish(", "fn finish((");
    const line = source.slice(0, source.indexOf("fn finish((")).split("\n").length;
    const broken = {
      ...sharedLinear,
      programs: {
        ...sharedLinear.programs,
        forward: {
          ...forward,
          kernels: [fold, { ...product, shader: { ...product.shader, source } }],
        },
      },
    };
    const error = await backend.load(broken, { B: 2, K: 3, n: 2, O: 2 }).then(
      () => assert.fail("it was loaded"),
      (cause) => cause,
    );
    assert.ok(error instanceof Error);
    const [what, where, text] = error.message.split("\n");
    assert.match(what ?? "", /kernel "forward" of layer "shared_linear"/);
    assert.match(
      where ?? "",
      new RegExp(`generated/shared_linear/forward/02_forward\\.wgsl:${line}:\\d+$`),
    );
    assert.match(text ?? "", /fn finish\(\(/);
  },
);
