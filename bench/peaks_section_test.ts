import assert from "node:assert/strict";
import wabt from "wabt";
import { bestPeaks, peakTurns, profileOf } from "./peaks_section.ts";
import { BYTES_PER_TURN, peakText } from "./tilewright/peak_loops.ts";

Deno.test("the best rate of all rounds is the peak", () => {
  const peak = (loop: string, threads: number, rate: number) =>
    ({ kind: "peak", loop, threads, rate }) as const;
  const messages = [peak("fused", 1, 10), peak("fused", 2, 20), peak("copy", 1, 5)];
  assert.deepEqual(
    bestPeaks({ ok: true, messages: [...messages, peak("fused", 1, 58), peak("copy", 1, 4)] }),
    [
      { loop: "fused", threads: 1, rate: 58 },
      { loop: "fused", threads: 2, rate: 20 },
      { loop: "apart", threads: 1, rate: 0 },
      { loop: "apart", threads: 2, rate: 0 },
      { loop: "copy", threads: 1, rate: 5 },
      { loop: "copy", threads: 2, rate: 0 },
    ],
  );
  assert.deepEqual(bestPeaks({ ok: false, messages: [], why: "It broke." }), []);
});

Deno.test("a profile without kernels says so", () => {
  const row = {
    program: "step",
    kernel: "relu1",
    calls: 1,
    milliseconds: 3,
    share: 1,
    gflops: 50,
    gbytes: 1,
    attained: 0.9,
  };
  const kernel = { kind: "kernel", ...row } as const;
  assert.deepEqual(profileOf(1, "dense", { ok: true, messages: [kernel] }), {
    threads: 1,
    input: "dense",
    rows: [row],
    why: "",
  });
  assert.match(profileOf(1, "dense", { ok: true, messages: [] }).why, /no times of kernels/);
  assert.equal(peakTurns(2), 5);
});

Deno.test("the loops add up what they say, and copy all bytes of their turns", async () => {
  const { parseWat } = await wabt();
  const features = { threads: true, simd: true, relaxed_simd: true };
  const parsed = parseWat("peaks.wat", peakText(1), features);
  const module = new WebAssembly.Module(new Uint8Array(parsed.toBinary({}).buffer));
  parsed.destroy();
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const { fused, apart, copy } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  assert.ok(typeof fused === "function" && typeof apart === "function");
  assert.ok(typeof copy === "function");
  // Twelve sums, each 0.75 after two turns.
  assert.equal(fused(2), 9);
  assert.equal(apart(2), 9);
  const bytes = new Uint8Array(memory.buffer);
  bytes.fill(7, 0, 1024);
  copy(0, 2048, 3);
  assert.equal(bytes.lastIndexOf(7) + 1, 2048 + 3 * BYTES_PER_TURN / 2);
});
