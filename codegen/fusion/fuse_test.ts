import assert from "node:assert/strict";
import { defineLayer, type LayerDeclaration, tensor } from "../../dsl/declare.ts";
import { dim, times } from "../../dsl/dim.ts";
import { named } from "../../dsl/hints.ts";
import { make } from "../../dsl/intern.ts";
import * as t from "../../dsl/tensor.ts";
import { printKernel } from "../kernel/print.ts";
import { compile } from "../pipeline.ts";

const B = dim("B"), I = dim("I"), O = dim("O"), K = dim("K"), n = dim("n");

/** The kernels of a layer's forward program, as text. */
function forward(layer: LayerDeclaration): string {
  const { module } = compile(layer);
  return (module.programs[0]?.kernels ?? []).map(printKernel).join("\n");
}

Deno.test("movement leaves no kernel behind: it is in the index of a load", () => {
  assert.equal(
    forward(
      defineLayer({
        name: "sample",
        inputs: { x: tensor(B, times(n, K)) },
        forward: ({ x }) => {
          const slices = t.reshape(x, [B, n, K]);
          const turned = make("transpose", { permutation: [2, 0, 1] }, [slices.node]);
          return t.neg(t.handle<readonly [typeof K, typeof B, typeof n], "f32">(turned));
        },
      }),
    ),
    `forward(read x[B, n·K], write y[K, B, n])
  for k in K, b in B, i in n:
    y[k, b, i] = -x[b, i·K + k]
  schedule: map, workgroup 64`,
  );
});

Deno.test("a convolution reads its windows where they are: nothing is copied but a border", () => {
  const H = 6, W = 9;
  const layer = defineLayer({
    name: "sample",
    inputs: { x: tensor(B, H, W, K) },
    params: { F: tensor(O, 3, 2, K), b: tensor(O) },
    forward: ({ x, F, b }) => {
      const border = t.pad(x, { axis: 1, before: 1, after: 1 });
      const windows = t.window(t.window(border, { axis: 1, size: 3 }), { axis: 2, size: 2 });
      return t.add(t.einsum("bhwcij,oijc->bhwo", windows, F), b);
    },
  });
  assert.equal(
    forward(layer).replaceAll(/; vector:.*/g, ""),
    `\
pad(read x[B, 6, 9, K], write pad[B, 8, 9, K])
  for i in B, j in 8, k in 9, l in K:
    pad[i, j, k, l] = 6 > j - 1 ? x[i, min(j - 1, 5), k, l] : 0
  schedule: map, workgroup 64
forward(read pad[B, 8, 9, K], read F[O, 3, 2, K], read b[O], write y[B, 6, 8, O])
  for i in B, j in 6, k in 8, o in O:
    acc = sum p in 3, q in 2·K: pad[i, j + p, k + q div K, q mod K] * F[o, p, q div K, q mod K]
    y[i, j, k, o] = acc + b[o]
  schedule: contract m=k n=o k=q+p batch=i batch=j`,
  );
});

Deno.test("windows are added up where they lie over each other, with every load within its tensor", () => {
  const layer = defineLayer({
    name: "sample",
    inputs: { x: tensor(B, 5, 3) },
    forward: ({ x }) => t.overlapAdd(t.exp(x), { axis: 1, extent: 12, stride: 2 }),
  });
  assert.equal(
    forward(layer),
    `\
forward(read x[B, 5, 3], write y[B, 12])
  for b in B, i in 12:
    total = sum j in 3: (((i - j) / 2 * 2 == i - j) & (5 > (i - j) / 2)) ? exp(x[b, min((i - j) / 2, 4), j]) : 0
    y[b, i] = total
  schedule: rows, workgroup 64`,
  );
});

Deno.test("reductions over the same rows share a kernel with what comes before and after them", () => {
  const text = forward(
    defineLayer({
      name: "sample",
      inputs: { x: tensor(B, K) },
      forward: ({ x }) => {
        const largest = named("largest", t.max(x, { axis: 1 }));
        const e = t.exp(t.sub(x, t.column(largest)));
        return t.div(e, t.column(named("total", t.sum(e, { axis: 1 }))));
      },
    }),
  );
  assert.equal(
    text,
    `forward(read x[B, K], write y[B, K])
  for b in B:
    largest = max k in K: x[b, k]
    total = sum k in K: exp(x[b, k] - largest)
    for k in K:
      y[b, k] = exp(x[b, k] - largest) / total
  schedule: rows, workgroup 64`,
  );
});

Deno.test("an operand of a product that must be computed is stored by a kernel before it", () => {
  assert.equal(
    forward(
      defineLayer({
        name: "sample",
        inputs: { x: tensor(B, K) },
        params: { W: tensor(O, K) },
        forward: ({ x, W }) => t.matmul(named("x2", t.mul(x, x)), t.transpose(W)),
      }),
    ).replace(/; vector: .*/, ""),
    `x2(read x[B, K], write x2[B, K])
  for b in B, k in K:
    x2[b, k] = x[b, k] * x[b, k]
  schedule: map, workgroup 64
forward(read x2[B, K], read W[O, K], write y[B, O])
  for b in B, o in O:
    acc = sum k in K: x2[b, k] * W[o, k]
    y[b, o] = acc
  schedule: contract m=b n=o k=k`,
  );
});

Deno.test("a product that sums over nothing is computed where it is used", () => {
  const outer = (a: t.Tensor, b: t.Tensor) =>
    t.handle<readonly [typeof B, typeof K], "f32">(
      make("einsum", { spec: "a,b->ab" }, [a.node, b.node]),
    );
  assert.equal(
    forward(
      defineLayer({
        name: "sample",
        inputs: { u: tensor(B), v: tensor(K) },
        forward: ({ u, v }) => t.tanh(outer(u, v)),
      }),
    ),
    `forward(read u[B], read v[K], write y[B, K])
  for b in B, k in K:
    y[b, k] = tanh(u[b] * v[k])
  schedule: map, workgroup 64`,
  );
});

Deno.test("a value that two other reductions are needed for waits for both", () => {
  const text = forward(
    defineLayer({
      name: "sample",
      inputs: { x: tensor(B, K), z: tensor(B, I) },
      forward: ({ x, z }) => {
        const both = t.add(named("a", t.sum(x, { axis: 1 })), named("c", t.sum(z, { axis: 1 })));
        return t.sum(t.mul(x, t.column(both)), { axis: 1 });
      },
    }),
  );
  assert.match(text, /^c\(read z\[B, I\], write c\[B\]\)/);
  assert.match(text, /forward\(read x\[B, K\], read c\[B\], write y\[B\]\)/);
});

Deno.test("what a kernel keeps in memory never takes the name of a declared tensor", () => {
  const { module } = compile(defineLayer({
    name: "sample",
    inputs: { x: tensor(B, times(n, K)), fold_x: tensor(B, O) },
    params: { W: tensor(O, K) },
    forward: ({ x, fold_x, W }) => t.add(t.matmul(x, t.transpose(t.tile(W, [1, n]))), fold_x),
  }));
  const temporaries = module.tensors.filter((tensor) => tensor.kind === "temporary");
  assert.equal(temporaries.find((each) => each.name.startsWith("fold_x"))?.name, "fold_x_2");
});

Deno.test("a dim that no tensor in memory has is still a dim of the module", () => {
  const { module } = compile(defineLayer({
    name: "sample",
    inputs: { x: tensor(B, K) },
    forward: ({ x }) => t.mul(t.sum(t.tile(t.tanh(x), [1, n]), { axis: 1 }), t.size(I)),
  }));
  assert.deepEqual(module.callDims, ["B"]);
  assert.deepEqual(module.fixedDims, ["I", "K", "n"]);
});

Deno.test("rows of a table are loaded where they are used, by an index that data decide", () => {
  const V = dim("V");
  assert.equal(
    forward(
      defineLayer({
        name: "embedding",
        inputs: { word: tensor(B).u32() },
        params: { table: tensor(V, K), scale: tensor(V) },
        forward: ({ word, table, scale }) =>
          t.mul(t.tanh(t.gather(table, word)), t.column(t.gather(scale, word))),
      }),
    ),
    `forward(read word[B], read table[V, K], read scale[V], write y[B, K])
  for b in B, k in K:
    y[b, k] = tanh(table[word[b], k]) * scale[word[b]]
  schedule: map, workgroup 64`,
  );
});

Deno.test("a table that is computed is computed for the rows that are gathered", () => {
  assert.equal(
    forward(
      defineLayer({
        name: "sample",
        inputs: { x: tensor(B, K), place: tensor(O).u32() },
        forward: ({ x, place }) => t.gather(t.exp(t.transpose(x)), place),
      }),
    ),
    `forward(read place[O], read x[B, K], write y[O, B])
  for o in O, b in B:
    y[o, b] = exp(x[b, place[o]])
  schedule: map, workgroup 64`,
  );
});

Deno.test("an index that takes long to compute goes to memory first", () => {
  const text = forward(
    defineLayer({
      name: "sample",
      inputs: { x: tensor(B, K), place: tensor(O).u32() },
      forward: ({ x, place }) => {
        let index: t.Tensor<readonly [typeof O], "u32"> = place;
        for (let i = 0; i < 40; i++) index = t.minimum(t.add(index, index), t.mul(index, 3));
        return t.gather(x, named("row", index));
      },
    }),
  );
  assert.match(text, /^row\(read place\[O\], write row\[O\]\)$/m);
  assert.match(text, /^ {4}y\[o, k\] = x\[row\[o\], k\]$/m);
});

Deno.test("a product over gathered rows gets them from memory", () => {
  const text = forward(
    defineLayer({
      name: "sample",
      inputs: { word: tensor(B).u32() },
      params: { table: tensor(O, K), W: tensor(n, K) },
      forward: ({ word, table, W }) =>
        t.matmul(named("rows", t.gather(table, word)), t.transpose(W)),
    }),
  );
  assert.match(text, /^ {4}rows\[b, k\] = table\[word\[b\], k\]$/m);
  assert.match(text, /^ {4}acc = sum k in K: rows\[b, k\] \* W\[i, k\]$/m);
});
