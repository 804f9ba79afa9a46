import assert from "node:assert/strict";
import { dim } from "./dim.ts";
import { defineLayer, tensor } from "./declare.ts";
import { bernoulli, randomUniform, streamKey } from "./random.ts";
import { zeros } from "./initial.ts";
import { dropout } from "./layers/mod.ts";
import type { Node } from "./ops.ts";
import { add, input, select, type Tensor } from "./tensor.ts";
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
    [
      () => randomUniform([B], { stream: "s", low: 2, high: 1 }),
      /Cannot draw numbers from 2 to 1: wanted a lower and a higher number/,
    ],
    // In f32 the two are one number.
    [() => randomUniform([B], { stream: "s", low: 1, high: 1 + 1e-9 }), /from 1 to 1.000000001:/],
    [() => randomUniform([B], { stream: "s", low: -3e38, high: 3e38 }), /that are finite/],
  ];
  for (const [draw, message] of refused) assert.throws(draw, message);
});

/** The names of the streams that a value draws from. */
function streamsBelow(root: Node): readonly string[] {
  const streams = new Set<string>();
  const visit = ({ op, attrs, inputs }: Node): void => {
    if (op === "input" && "role" in attrs && attrs.role === "stream") streams.add(attrs.name);
    inputs.forEach(visit);
  };
  visit(root);
  return [...streams].sort();
}

Deno.test("each use of a layer in a model draws from a stream of its own", () => {
  const drop = defineLayer({
    name: "drop",
    inputs: { x: tensor(B) },
    forward: ({ x }) => select(bernoulli([B], { stream: "mask", probability: 0.5 }), x, 0),
  });
  const shared = drop();
  const x = input("x", [B]);
  const { result } = traceModel(() => add(add(shared(x), shared(x)), drop()(x)));
  assert.deepEqual(streamsBelow(result.node), [
    "drop1.mask",
    "drop1.mask of use 2",
    "drop2.mask",
  ]);
});

Deno.test("a range that does not begin at 0 is closed by the largest float below its end", () => {
  const ends = ([1, 1001, -1, 0] as const).map((high) => {
    const { node } = randomUniform([B], { stream: "s", low: -2000, high });
    const [bound] = node.inputs[1]?.inputs ?? [];
    return bound?.op === "constant" ? bound.attrs.value : NaN;
  });
  assert.deepEqual(ends, [1 - 2 ** -24, 1001 - 2 ** -14, -1 - 2 ** -23, -(2 ** -149)]);
});

Deno.test("a layer that applies others draws from a stream for each, alike in each of its functions", () => {
  const drop = (x: Tensor<readonly [typeof B], "f32">) =>
    dropout({ rate: 0.25 })(x) as Tensor<readonly [typeof B], "f32">;
  const twice = defineLayer({
    name: "twice",
    inputs: { x: tensor(B) },
    state: { last: tensor(B).init(zeros()) },
    forward: ({ x, last }) => add(add(drop(x), drop(x)), last),
    update: ({ x }) => ({ last: drop(x) }),
  });
  assert.deepEqual(streamsBelow(twice.output), ["dropout1.mask", "dropout2.mask"]);
  assert.deepEqual(streamsBelow(twice.update.get("last") ?? twice.output), ["dropout1.mask"]);
  const { trace, result } = traceModel(() => twice()(dropout()(input("x", [B]))));
  assert.deepEqual(streamsBelow(result.node), [
    "dropout1.mask",
    "l1.dropout1.mask",
    "l1.dropout2.mask",
  ]);
  assert.deepEqual([...trace.names.values()].sort(), ["dropout1", "l1.y"]);
});
