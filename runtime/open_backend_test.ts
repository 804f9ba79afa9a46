import assert from "node:assert/strict";
import { openBackend } from "./open_backend.ts";
import { scaling } from "./testing/tiny_modules.ts";
import { adapterName, isSoftware } from "./webgpu/adapter.ts";

/** A platform whose only adapter is the given one. */
function gpuWith(requestAdapter: () => Promise<GPUAdapter | null>): GPU {
  // A stub: of GPU's members, only requestAdapter is ever asked for.
  return { requestAdapter } as GPU;
}

/** An adapter that says this of itself and cannot give a device. */
function adapterThatSays(description: string, isFallbackAdapter = false): GPUAdapter {
  const info = { vendor: "", architecture: "", device: "", description, isFallbackAdapter };
  const requestDevice = () => Promise.reject(new Error("device is in use"));
  // A stub: of GPUAdapter's members, only these four are ever asked for.
  return { info, limits: {}, features: new Set(), requestDevice } as unknown as GPUAdapter;
}

async function chosenBy(gpu: GPU | null): Promise<string> {
  const { backend, reason } = await openBackend({ backend: "auto", gpu });
  assert.equal(backend.info.name, "wasm");
  await backend.dispose();
  return reason;
}

Deno.test("auto runs on the CPU where WebGPU is missing, empty or broken", async () => {
  assert.match(await chosenBy(null), /^Running on .* because this platform has no WebGPU$/);
  assert.match(await chosenBy(gpuWith(() => Promise.resolve(null))), /WebGPU found no adapter$/);
  const rejecting = gpuWith(() => Promise.reject(new Error("no Vulkan loader")));
  assert.match(await chosenBy(rejecting), /failed to look for an adapter \(no Vulkan loader\)$/);
});

Deno.test("auto leaves a GPU alone that is software or does not open", async () => {
  const software = gpuWith(() => Promise.resolve(adapterThatSays("llvmpipe (LLVM 15)")));
  assert.match(await chosenBy(software), /the only GPU, llvmpipe \(LLVM 15\), is itself a program/);
  const busy = gpuWith(() => Promise.resolve(adapterThatSays("RTX 4090")));
  assert.match(await chosenBy(busy), /the GPU did not open \(.*RTX 4090: device is in use/);
});

Deno.test("webgpu by name fails where there is none", async () => {
  const asked = (gpu: GPU | null) => openBackend({ backend: "webgpu", gpu });
  await assert.rejects(
    asked(gpuWith(() => Promise.resolve(null))),
    /^Error: Cannot open the webgpu backend: WebGPU found no adapter; install a Vulkan driver/,
  );
  await assert.rejects(
    asked(gpuWith(() => Promise.reject(new Error("no Vulkan loader")))),
    /\(no Vulkan loader\); install a Vulkan driver .*, or choose the wasm backend/,
  );
});

Deno.test("wasm by name does not look for a GPU", async () => {
  const gpu = gpuWith(() => assert.fail("looked for a GPU"));
  const { backend, reason } = await openBackend({ backend: "wasm", gpu, threads: 1 });
  assert.match(reason, /^Running on 1 thread of the CPU \(WebAssembly .*\) as asked$/);
  await backend.dispose();
});

Deno.test("threads and profile are handed on to the CPU", async () => {
  const { backend, reason } = await openBackend({ gpu: null, threads: 3, profile: true });
  assert.equal(backend.info.threads, 3);
  assert.match(reason, /^Running on 3 threads of the CPU /);
  const module = await backend.load(scaling(), { B: 1, K: 1 });
  assert.equal((await module.kernelTimes()).length, 2);
  await backend.dispose();
  await assert.rejects(openBackend({ backend: "wasm", threads: 0 }), RangeError);
});

Deno.test("a choice that does not exist is answered with those that do", async () => {
  await assert.rejects(
    // @ts-expect-error there is no such backend
    openBackend({ backend: "cuda" }),
    /Cannot open backend "cuda"; choose one of "auto", "webgpu", "wasm" and "native"/,
  );
});

Deno.test("software adapters are known by flag or by name", () => {
  const words = { vendor: "", architecture: "", device: "", description: "" };
  assert.equal(isSoftware({ ...words, description: "llvmpipe (LLVM 15.0.6, 256 bits)" }), true);
  assert.equal(isSoftware({ ...words, architecture: "swiftshader" }), true);
  assert.equal(isSoftware({ ...words, description: "Microsoft Basic Render Driver" }), true);
  assert.equal(isSoftware({ ...words, isFallbackAdapter: true }), true);
  assert.equal(isSoftware({ ...words, description: "NVIDIA GeForce GTX 1070" }), false);
  assert.equal(adapterName(words), "an adapter without a name");
});
