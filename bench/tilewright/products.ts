/**
 * Times single matrix products of generated layers: `forward` is x · Wᵀ (NT), `grad_x` is gy · W (NN),
 * `grad_w` is gyᵀ · x (TN).
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { BackendName, LoadedModule } from "../../runtime/backend.ts";
import type { ModuleSpec } from "../../runtime/spec.ts";
import type { Product } from "../products.ts";
import { median } from "../statistics.ts";
import { backendNamed, openDevice, specIn } from "./device.ts";
import { tell, tellEnd } from "./tell.ts";

/** Calls between two looks at the clock take about this long. */
const BLOCK_SECONDS = 0.02;
/** A look at the clock waits for the device; where that takes long, so many calls share it at least. */
const LEAST_CALLS: Readonly<Record<BackendName, number>> = { wasm: 1, native: 1, webgpu: 4 };

/** How a product of a layout is computed by a layer, and the layer's sizes. */
const LAYER = {
  NT: ({ m, n, k }: Product) => ({ program: "forward", B: m, O: n, I: k }),
  NN: ({ m, n, k }: Product) => ({ program: "grad_x", B: m, O: k, I: n }),
  TN: ({ m, n, k }: Product) => ({ program: "grad_w", B: k, O: m, I: n }),
} as const;

const text = { type: "string" } as const;
const { values } = parseArgs({
  options: { folder: text, device: text, threads: text, products: text, seconds: text },
});
const device = backendNamed(values.device);
const threads = Number(values.threads ?? 1);
const seconds = Number(values.seconds ?? 1);
// `bench/kernels.ts` wrote the list.
const products: readonly Product[] = JSON.parse(values.products ?? "[]");

/** Numbers of about the size of activations, the same in every run. */
function fill(module: LoadedModule, spec: ModuleSpec, B: number): void {
  for (const [name, tensor] of Object.entries(spec.tensors)) {
    if (tensor.kind !== "input" && tensor.kind !== "parameter") continue;
    const count = tensor.shape({ B }).reduce((product, size) => product * size, 1);
    const value = (i: number) => (i * 7919 % 1000) / 1000 - 0.5;
    module.write(name, Float32Array.from({ length: count }, (_, i) => value(i)));
  }
}

async function measure(product: Product): Promise<void> {
  const { program, B, O, I } = LAYER[product.layout](product);
  const name = `product_${O}_${I}`;
  const spec = await specIn(join(values.folder ?? "", name, `${name}.ts`));
  const module = await backend.load(spec, { B });
  fill(module, spec, B);
  const millisecondsOf = async (calls: number): Promise<number> => {
    const started = performance.now();
    for (let i = 0; i < calls; i++) module.run(program, { B });
    // A read, even of a row of an operand, waits for all that was queued before.
    await module.read("x", { B: 1 });
    return performance.now() - started;
  };
  await millisecondsOf(1);
  const once = await millisecondsOf(1);
  const perBlock = Math.max(LEAST_CALLS[device], Math.floor(1000 * BLOCK_SECONDS / once));
  const blocks: number[] = [];
  for (let spent = 0; blocks.length < 2 || spent < 1000 * seconds;) {
    const elapsed = await millisecondsOf(perBlock);
    blocks.push(elapsed / perBlock);
    spent += elapsed;
  }
  tell({
    kind: "product",
    name: product.name,
    median: median(blocks),
    best: Math.min(...blocks),
    calls: blocks.length * perBlock,
  });
  module.dispose();
}

const { backend, about } = await openDevice({ device, threads });
tell(about);
for (const product of products) await measure(product);
await backend.dispose();
tellEnd();
