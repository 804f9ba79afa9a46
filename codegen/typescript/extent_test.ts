import assert from "node:assert/strict";
import { dim, times } from "../../dsl/dim.ts";
import { functionOfDims, printExtent } from "./extent.ts";

Deno.test("an extent is a product of a number and dims", () => {
  const print = (name: string) => `d.${name}`;
  assert.equal(printExtent(times(dim("n"), dim("K")), print), "d.n * d.K");
  assert.equal(printExtent(times(3, dim("K")), print), "3 * d.K");
  assert.equal(printExtent(1, print), "1");
});

Deno.test("a function takes the dims exactly where its text uses one", () => {
  assert.equal(functionOfDims((d) => `[${printExtent(dim("d"), d)}]`), "(d) => [d.d]");
  assert.equal(functionOfDims(() => "round(bad.value)"), "() => round(bad.value)");
});
