import assert from "node:assert/strict";
import { dim } from "./dim.ts";
import { defineLayer, tensor } from "./declare.ts";
import { bernoulli, randomUniform, streamKey } from "./random.ts";
import { add, input, select } from "./tensor.ts";
import { traceModel } from "./tracing.ts";

const B = dim("B");

Deno.test("the keys of streams are those of FNV-1a", () => {
  const key = (name: string) => {
    const node = streamKey(name);
    return node.op === "constant" ? node.attrs.value : NaN;
  };
  // http://www.isthe.com/chongo/tech/comp/fnv: the 32-bit hashes of "", "a" and "foobar".
  assert.deepEqual(["", "a", "foobar"].map(key), [0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
});

Deno.test("what cannot be drawn is refused", () => {
  const refused: readonly [() => unknown, RegExp][] = [
    // @ts-expect-error no stream
    [() => randomUniform([B], {}), /from {}: wanted a list of extents and the name of a stream/],
    // @ts-expect-error no list
    [() => randomUniform(B, { stream: "s" }), /Cannot draw random numbers of shape/],
    [
      () => bernoulli([B], { stream: "s", probability: 1.5 }),
      /Cannot draw with the probability 1.5: wanted a number from 0 to 1/,
    ],
  ];
  for (const [draw, message] of refused) assert.throws(draw, message);
});

Deno.test("each use of a layer in a model draws from a stream of its own", () => {
  const drop = defineLayer({
    name: "drop",
    inputs: { x: tensor(B) },
    forward: ({ x }) => select(bernoulli([B], { stream: "mask", probability: 0.5 }), x, 0),
  });
  const streams = new Set<string>();
  const shared = drop();
  const x = input("x", [B]);
  const { result } = traceModel(() => add(add(shared(x), shared(x)), drop()(x)));
  const visit = ({ op, attrs, inputs }: typeof result.node): void => {
    if (op === "input" && "role" in attrs && attrs.role === "stream") streams.add(attrs.name);
    inputs.forEach(visit);
  };
  visit(result.node);
  assert.deepEqual([...streams].sort(), [
    "drop1.mask",
    "drop1.mask of use 2",
    "drop2.mask",
  ]);
});
