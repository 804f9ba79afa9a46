import assert from "node:assert/strict";
import { layOut } from "../module_layout.ts";
import { CONTROL_BYTES, type ModuleSpec } from "../spec.ts";
import { scaling } from "../testing/tiny_modules.ts";
import { planMemory } from "./memory.ts";

/** A module with pieces of scratch memory. */
function withScratch(scratch: ModuleSpec["wasm"]["scratch"]): ModuleSpec {
  const { wasm, ...rest } = scaling();
  return { ...rest, wasm: { ...wasm, scratch } };
}

Deno.test("scratch memory follows the slots, each piece at a cache line", () => {
  const spec = withScratch({
    "rows of x": { bytes: ({ B = NaN }) => 4 * B },
    none: { bytes: () => 0 },
    last: { bytes: ({ K = NaN }) => K },
  });
  const { addresses, pages } = planMemory(layOut(spec, { B: 20, K: 1 }));
  const start = CONTROL_BYTES;
  assert.deepEqual(addresses, {
    x: start,
    y: start + 128,
    total: start + 256,
    "rows of x": start + 320,
    none: start + 448,
    last: start + 448,
  });
  assert.equal(pages, 1);
});

Deno.test("scratch memory without a size or a name of its own is refused", () => {
  const plan = (scratch: ModuleSpec["wasm"]["scratch"]) =>
    planMemory(layOut(withScratch(scratch), { B: 1, K: 1 }));
  assert.throws(
    () => plan({ half: { bytes: () => 0.5 } }),
    /^RangeError: Cannot load module "scaling": its scratch memory "half" has 0.5 bytes, which is no/,
  );
  assert.throws(
    () => plan({ x: { bytes: () => 4 } }),
    /^TypeError: Cannot load module "scaling": scratch memory and tensor have one name, "x"; run "d/,
  );
});
