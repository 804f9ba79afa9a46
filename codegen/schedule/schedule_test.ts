import assert from "node:assert/strict";
import { defineLayer, tensor } from "../../dsl/declare.ts";
import { dim, type Shape } from "../../dsl/dim.ts";
import { make } from "../../dsl/intern.ts";
import * as t from "../../dsl/tensor.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { compile } from "../pipeline.ts";

const B = dim("B"), H = dim("H"), I = dim("I"), O = dim("O");

/** The last kernel of a layer that multiplies two tensors. */
function productOf(spec: string, a: Shape, b: Shape): Kernel {
  const layer = defineLayer({
    name: "product",
    inputs: { x: tensor(...a) },
    params: { W: tensor(...b) },
    forward: ({ x, W }) => t.handle<Shape, "f32">(make("einsum", { spec }, [x.node, W.node])),
  });
  const kernel = compile(layer).module.programs[0]?.kernels.at(-1);
  assert.ok(kernel);
  return kernel;
}

function axesOf({ schedule }: Kernel): string {
  if (schedule.frame !== "contract") return schedule.frame;
  const { m, n, k, sums, batch } = schedule;
  const further = sums.map((axis) => `+${axis.name}`).join("");
  return `${m.name}${n.name}${k.name}${further} batch ${batch.map((axis) => axis.name).join("")}`;
}

Deno.test("a product of matrices is tiled over rows and columns, whatever its layout", () => {
  assert.equal(axesOf(productOf("bi,oi->bo", [B, I], [O, I])), "boi batch ");
  assert.equal(axesOf(productOf("bi,io->bo", [B, I], [I, O])), "boi batch ");
  assert.equal(axesOf(productOf("bi,bo->io", [B, I], [B, O])), "iob batch ");
});

Deno.test("an axis that both operands and the result have is a batch of products", () => {
  assert.equal(axesOf(productOf("hbi,hoi->hbo", [H, B, I], [H, O, I])), "boi batch h");
});

Deno.test("of several rows or columns tiles lie along contiguous ones, else along inner ones", () => {
  const T = dim("T");
  assert.equal(axesOf(productOf("bti,oi->bto", [B, T, I], [O, I])), "toi batch b");
  assert.equal(axesOf(productOf("bit,oi->bto", [B, I, T], [O, I])), "toi batch b");
  assert.equal(axesOf(productOf("tib,oi->bto", [T, I, B], [O, I])), "boi batch t");
  // Three columns are too few for a tile.
  assert.equal(axesOf(productOf("bi,oci->boc", [B, I], [O, 3, I])), "boj batch i");
});

Deno.test("sums over neighbours in memory are one, and of others the contiguous or the longest is inside", () => {
  assert.equal(axesOf(productOf("bci,oci->bo", [B, 3, I], [O, 3, I])), "boi batch ");
  // An operand that is read often enough is copied into the order of the other.
  assert.equal(axesOf(productOf("bci,oic->bo", [B, 3, I], [O, I, 3])), "boi batch ");
  assert.equal(axesOf(productOf("bci,ico->bo", [B, 4, 16], [16, 4, O])), "boj+i batch ");
  assert.equal(axesOf(productOf("bci,oci->bo", [B, I, 1], [O, I, 1])), "boi batch ");
});

Deno.test("a product with a vector, or over a single element, is a row of dot products", () => {
  assert.equal(axesOf(productOf("bi,i->b", [B, I], [I])), "rows");
  assert.equal(axesOf(productOf("bi,oi->bo", [B, 1], [O, 1])), "rows");
  assert.equal(axesOf(productOf("bi,oi->bo", [1, I], [O, I])), "rows");
});

Deno.test("a product with an operand that is the same along an axis is not tiled over it", () => {
  const layer = defineLayer({
    name: "spread",
    inputs: { g: tensor(B), x: tensor(B, I) },
    forward: ({ g, x }) => {
      const columns = make("broadcast", { shape: [B, O], axes: [0] }, [g.node]);
      return t.handle<Shape, "f32">(make("einsum", { spec: "bo,bi->oi" }, [columns, x.node]));
    },
  });
  for (const { kernels } of compile(layer).module.programs) {
    for (const kernel of kernels) assert.notEqual(kernel.schedule.frame, "contract", kernel.name);
  }
});
