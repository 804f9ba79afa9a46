import { gpuTest } from "../runtime/testing/gpu_access.ts";
import { checkDraws, DRAWN_SIZES } from "./testing/drawn_batch.ts";

/** WGSL lets a division be 2.5 units in the last place off. */
const tolerance = 2.5 * 2 ** -23;

for (const sizes of DRAWN_SIZES) {
  gpuTest(`WebGPU draws the rows of the order for ${sizes}`, async ({ backend }) => {
    await checkDraws(backend, sizes, { tolerance });
  });
}
