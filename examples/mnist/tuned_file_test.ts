import assert from "node:assert/strict";
import { DEFAULT_OUT } from "../../tune/options.ts";
import { storedSchedules, TUNED_FILE } from "./tuned_file.ts";

Deno.test("training reads what tuning stores, and does without where nothing is stored", async () => {
  assert.equal(TUNED_FILE, DEFAULT_OUT);
  const path = await Deno.makeTempFile({ prefix: "tilewright-" });
  try {
    const stored = { format: 1, machine: { adapter: "a GPU" }, kernels: [] };
    await Deno.writeTextFile(path, JSON.stringify(stored));
    assert.deepEqual(await storedSchedules(path), stored);
    await Deno.writeTextFile(path, "{}");
    await assert.rejects(storedSchedules(path), /deno task tune/);
  } finally {
    await Deno.remove(path);
  }
  assert.equal(await storedSchedules(path), undefined);
});
