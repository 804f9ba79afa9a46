import assert from "node:assert/strict";
import { block } from "./block.ts";
import { dim } from "./dim.ts";
import { linear } from "./layers/mod.ts";
import { add, input, type Tensor } from "./tensor.ts";
import { traceModel } from "./tracing.ts";

const x = input("x", [dim("B"), 8]);
const residual = (name: string) => block(name, (z) => add(z, linear({ O: 8 })(z)));

/** The names of the parameters of a model. */
const names = (forward: () => Tensor): readonly string[] =>
  traceModel(forward).trace.params.map((each) => each.op === "input" ? each.attrs.name : "");

Deno.test("the layers of a block are named below it, also in blocks of blocks", () => {
  const outer = block("outer", (z) => residual("inner")(linear({ O: 8 })(z)));
  assert.deepEqual(names(() => linear({ O: 3 })(outer(x))), [
    "outer.l1.W",
    "outer.l1.b",
    "outer.inner.l1.W",
    "outer.inner.l1.b",
    "l1.W",
    "l1.b",
  ]);
});

Deno.test("a block that is applied twice shares its parameters", () => {
  const shared = residual("shared");
  assert.deepEqual(names(() => shared(shared(x))), ["shared.l1.W", "shared.l1.b"]);
});

Deno.test("a layer made outside of a block is the same layer inside of it", () => {
  const layer = linear({ O: 8 });
  const inner = block("inner", (z) => layer(z));
  assert.deepEqual(names(() => inner(layer(x))), ["l1.W", "l1.b"]);
});

Deno.test("two blocks of one name, and a block outside of a model, are refused", () => {
  assert.throws(
    () => names(() => residual("same")(residual("same")(x))),
    /^DeclarationError: In same: Cannot name a part of a model "same": another part or layer has the name "same"; use another name/,
  );
  assert.throws(() => residual("alone")(x), /Cannot apply "alone" outside of a model/);
  assert.throws(() => block("bad name", (z) => z), /Cannot declare a block "bad name"/);
  // @ts-expect-error the name is missing
  assert.throws(() => block((z: Tensor) => z), /Cannot declare a block from a function and/);
});
