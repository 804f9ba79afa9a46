import assert from "node:assert/strict";
import { linearRegression } from "../../generated/linear_regression/linear_regression.ts";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import { relu } from "../../generated/relu/relu.ts";
import type { Backend, TensorData } from "../backend.ts";
import { initialiseModule } from "../parameters.ts";
import { fillUniform } from "../random.ts";
import { withChangedText } from "../testing/changed_text.ts";
import { nativeTest } from "../testing/native_access.ts";
import { openNative } from "./backend.ts";

nativeTest("it tells the compiler, the vectors and the threads", async (open) => {
  const { name, adapter, software, threads } = (await open({ threads: 3 })).info;
  assert.deepEqual([name, software, threads], ["native", false, 3]);
  assert.match(adapter, /^C by \S+( for (AVX-512|AVX2|AVX|SSE2|NEON))?$/);
  const { info } = await open();
  assert.equal(info.threads, Math.min(navigator.hardwareConcurrency, 8));
});

nativeTest("a program reads its inputs, and writes the part that a call asks for", async (open) => {
  const module = await (await open()).load(relu, { B: 2, N: 3 });
  assert.deepEqual(await module.read("y"), new Float32Array(6), "memory begins as zeros");
  module.write("x", Float32Array.of(-1, 2, -3, 4, -5, 6));
  module.run("forward", { B: 1 });
  assert.deepEqual(await module.read("y"), Float32Array.of(0, 2, 0));
  assert.deepEqual(await module.read("y", { B: 2 }), Float32Array.of(0, 2, 0, 0, 0, 0));
  module.write("x", Float32Array.of(4, 7, 6), 3);
  module.run("forward", { B: 2 });
  assert.deepEqual(await module.read("y"), Float32Array.of(0, 2, 0, 4, 7, 6));
  module.run("forward", { B: 0 });
  assert.deepEqual(await module.read("y"), new Float32Array(0));
  const before = await module.read("x");
  module.write("x", Float32Array.of(9, 9, 9));
  assert.equal(before[0], -1, "what is read is a copy");
});

/** What training steps of the weight-sharing model leave, from the same numbers each time. */
async function afterSteps(backend: Backend, steps: number): Promise<readonly TensorData[]> {
  const dims = { B: 5, samples: 1 };
  const model = await backend.load(mnistShared, dims);
  initialiseModule(model, dims, 1);
  model.write("x", fillUniform(new Float32Array(5 * 784), { seed: 1, name: "x" }, 0, 1));
  model.write("label", Uint32Array.of(3, 1, 4, 1, 5));
  for (let step = 1; step <= steps; step++) model.run("step", { B: 5 - step % 3, step });
  const names = mnistShared.programs.step.updates;
  return await Promise.all(names.map((name) => model.read(name)));
}

nativeTest(
  "any number of threads computes the same bits, also more than there are cores",
  async (open) => {
    const alone = await afterSteps(await open({ threads: 1 }), 20);
    for (const threads of [2, 3, 7]) {
      assert.deepEqual(await afterSteps(await open({ threads }), 20), alone);
    }
  },
);

nativeTest("10,000 runs, with pauses in which threads fall asleep", async (open) => {
  const model = await (await open({ threads: 2 })).load(linearRegression, { B: 2 });
  initialiseModule(model, { B: 2 }, 1);
  model.write("x", Float32Array.of(1, 0, 0, 1));
  model.write("target", Float32Array.of(1, 2));
  for (let step = 1; step <= 10_000; step++) {
    model.run("step", { B: 2 });
    if (step % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  model.write("loss_total", new Float32Array(1));
  model.run("evaluate", { B: 2 });
  const [loss = NaN] = await model.read("loss_total");
  assert.ok(loss < 1e-6, `${loss}`);
});

nativeTest("modules of one backend have memory and threads of their own", async (open) => {
  const backend = await open({ threads: 3 });
  const [one, other] = await Promise.all([1, 2].map(() => backend.load(relu, { B: 1, N: 1 })));
  assert.ok(one !== undefined && other !== undefined);
  one.write("x", Float32Array.of(7));
  assert.deepEqual(await other.read("x"), new Float32Array(1));
  one.dispose();
  other.write("x", Float32Array.of(3));
  other.run("forward", { B: 1 });
  assert.deepEqual(await other.read("y"), Float32Array.of(3));
});

nativeTest("use after dispose is refused", async (open) => {
  const backend = await open();
  const module = await backend.load(relu, { B: 1, N: 1 });
  module.dispose();
  module.dispose();
  assert.throws(() => module.run("forward", { B: 1 }), /"relu" was disposed; load it again$/);
  assert.throws(() => module.write("x", new Float32Array(1)), /Cannot write tensor "x": module/);
  await assert.rejects(module.read("x"), /Cannot read tensor "x": module "relu" was disposed/);
  const other = await backend.load(relu, { B: 1, N: 1 });
  await backend.dispose();
  await assert.rejects(other.read("x"), /was disposed/);
  await assert.rejects(backend.load(relu, { B: 1, N: 1 }), /backend was disposed; open another/);
});

nativeTest(
  "profiling tells the time of every kernel, and only if it is asked for",
  async (open) => {
    const step = async (profile: boolean) => {
      const model = await (await open({ threads: 2, profile })).load(mnistShared, {
        B: 4,
        samples: 1,
      });
      initialiseModule(model, { B: 4, samples: 1 }, 1);
      const begin = performance.now();
      for (let step = 1; step <= 5; step++) model.run("step", { B: 4, step });
      const times = await model.kernelTimes();
      return { times, seconds: (performance.now() - begin) / 1e3 };
    };
    const { times, seconds } = await step(true);
    const ran = times.filter(({ calls }) => calls > 0);
    assert.deepEqual(
      ran.map(({ kernel }) => kernel),
      mnistShared.programs.step.kernels.map(({ name }) => name),
    );
    assert.ok(ran.every((each) => each.calls === 5 && each.seconds > 0));
    assert.ok(ran.reduce((sum, each) => sum + each.seconds, 0) < seconds);
    assert.deepEqual((await step(false)).times, []);
  },
);

nativeTest("more memory than there is is refused with its size", async (open) => {
  const backend = await open();
  await assert.rejects(
    backend.load(relu, { B: 2 ** 25, N: 2 ** 25 }),
    /^RangeError: Cannot load module "relu": this machine does not give \d{16,} bytes of memory; choose a smaller/,
  );
});

nativeTest(
  "a kernel that would reach over the end of a tensor is refused before it runs",
  async (open) => {
    const backend = await open();
    const changed = await withChangedText(relu, [
      `tw_rows_of(module, AT_y, "y", 4, 1, B * N);`,
      `tw_rows_of(module, AT_y, "y", 4, 1, B * N - 1);`,
    ]);
    await assert.rejects(backend.load(changed, { B: 2, N: 3 }), {
      name: "RangeError",
      message:
        `Cannot load module "relu": kernel "forward" reaches element 6 of tensor "y", which has ` +
        `room for 5`,
    });
  },
);

nativeTest("a kernel that writes behind its tensor gives no results", async () => {
  const program = new URL("../testing/overrunning_program.ts", import.meta.url).pathname;
  const args = ["run", "--no-check", "--allow-all", program];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const [printed, told] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (Deno.env.get("ASAN_OPTIONS") !== undefined) {
    assert.match(told ?? "", /AddressSanitizer: use-after-poison/);
    assert.equal(printed, "");
    return;
  }
  const failed = "a kernel has written behind the end of y";
  assert.deepEqual([code, printed?.split("\n")], [0, [
    `Module "relu" has failed: ${failed}; report it, and choose another backend`,
    `Cannot read tensor "y": module "relu" has failed (${failed})`,
    `Cannot run program "forward": module "relu" has failed (${failed})`,
    "",
  ]]);
});

nativeTest(
  "vectors of any width train alike, but for the order of sums",
  async (open) => {
    if (Deno.build.arch !== "x86_64") return;
    const lossOn = async (cpu: string) => {
      const backend = await open({ threads: 2, toolchain: { flags: [`-march=${cpu}`] } });
      if (cpu !== "native") {
        assert.ok(backend.info.adapter.endsWith(cpu === "haswell" ? " AVX2" : " SSE2"));
      }
      const [[loss = NaN] = []] = await afterSteps(backend, 10);
      return loss;
    };
    const widest = await lossOn("native");
    assert.ok(widest > 0);
    for (const cpu of ["haswell", "x86-64"]) {
      const loss = await lossOn(cpu);
      assert.ok(Math.abs(loss - widest) < 1e-5 * widest, `${loss} with ${cpu}, for ${widest}`);
    }
  },
);

Deno.test("a number of threads that is none is refused", async () => {
  for (const threads of [0, -1, 1.5, NaN, 65]) {
    await assert.rejects(openNative({ threads }), {
      name: "RangeError",
      message:
        `Cannot open the native backend with ${threads} threads; give a whole number from 1 ` +
        `to 64, or none for one per core`,
    });
  }
});
