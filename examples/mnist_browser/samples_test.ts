import assert from "node:assert/strict";
import { type PageFile, servePage } from "../../commands/page_server.ts";
import { openMnist } from "../mnist/mnist_files.ts";
import { writeSampleMnist } from "../mnist/sample_mnist.ts";
import { fetchSamples } from "./samples.ts";

/** Serves a small MNIST; `change` may do something to its files. */
async function serving(
  test: (folder: URL, path: string) => Promise<void>,
  change: (files: Map<string, PageFile>) => void = () => {},
): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "tilewright-" });
  await writeSampleMnist(path, 40, 25);
  const files = new Map<string, PageFile>();
  for await (const { name } of Deno.readDir(path)) {
    const body = new URL(`file://${path}/${name}`);
    files.set(`/data/${name}`, { type: "application/octet-stream", body });
  }
  change(files);
  const server = servePage({ files });
  try {
    await test(new URL("data/", server.url), path);
  } finally {
    await server.stop();
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("samples come over the network as they are in the files, and their bytes are counted", async () => {
  await serving(async (folder, path) => {
    const told: [number, number][] = [];
    const { training, validation } = await fetchSamples(folder, (...each) => told.push(each));
    const files = await openMnist(path);
    assert.deepEqual([training.count, validation.count], [40, 25]);
    const wanted = await Array.fromAsync(files.validation.features());
    const labels = await Array.fromAsync(training.labels());
    assert.deepEqual(labels, await Array.fromAsync(files.training.labels()));
    assert.deepEqual(validation.at(24).features, wanted[0]?.slice(24 * 784));
    const size = 65 * 785 + 2 * 24;
    assert.deepEqual(told.at(-1), [size, size]);
  });
});

Deno.test("data that cannot be loaded are refused by name", async () => {
  const labels = "/data/t10k-labels-idx1-ubyte";
  const body = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 3, 99);
  const cases: readonly (readonly [(files: Map<string, PageFile>) => void, RegExp])[] = [
    [
      (files) => files.delete(labels),
      /^DataError: Cannot load \/data\/t10k-labels-idx1-ubyte: the server answers 404; look/,
    ],
    [
      (files) => files.set(labels, { type: "", body }),
      /^DataError: .*expected as many labels as images/,
    ],
    [
      (files) => files.set(labels, { type: "", body: "not found" }),
      /^DataError: t10k-labels-idx1-ubyte does not hold labels/,
    ],
  ];
  for (const [change, message] of cases) {
    await serving(
      async (folder) => await assert.rejects(fetchSamples(folder, () => {}), message),
      change,
    );
  }
  const nowhere = new URL("http://127.0.0.1:1/data/");
  await assert.rejects(fetchSamples(nowhere, () => {}), /^DataError: Cannot load \/data\//);
});
