import assert from "node:assert/strict";
import { type Dim, dim } from "./dim.ts";
import type { Node } from "./ops.ts";
import { cast, einsum, input, matmul, type Tensor } from "./tensor.ts";
import type { Equal } from "./testing/type_equality.ts";

const B = dim("B"), T = dim("T"), I = dim("I"), O = dim("O");
type B = Dim<"B">;
type T = Dim<"T">;
type O = Dim<"O">;

const x = input("x", [B, T, I]), W = input("W", [O, I]), m = input("m", [T, 3]);

/** Stands for a fact about types where a value is wanted. */
const sameType = <A, B>(..._: Equal<A, B> extends true ? [] : [never]): true => true;

/** How a product is made, leaves by name: `(x · W)`. */
function madeOf(node: Node): string {
  if (node.op === "input") return node.attrs.name;
  const spec = node.op === "einsum" ? ` ${node.attrs.spec}` : "";
  return `${node.op}(${node.inputs.map(madeOf).join(", ")}${spec})`;
}

function shapeOf(value: Tensor): string {
  return value.shape.map((e) => typeof e === "number" ? e : e.name).join(", ");
}

Deno.test("a product has the axes that its result names, in types too", () => {
  const y = einsum("bti,oi->bto", x, W);
  assert.ok(sameType<typeof y, Tensor<readonly [B, T, O], "f32">>());
  assert.equal(shapeOf(y), "B, T, O");
  assert.equal(madeOf(y.node), "einsum(x, W abc,dc->abd)");
  const whole = einsum("bti,bti->", x, x);
  assert.ok(sameType<typeof whole, Tensor<readonly [], "f32">>());
  const some: string = "bti,oi->bto";
  assert.equal(shapeOf(einsum(some, x, W)), "B, T, O");
  const matrix = input("matrix", [B, I]);
  assert.equal(
    einsum("bi,oi->bo", matrix, W).node,
    einsum("xk,yk->xy", matrix, W).node,
  );
  assert.notEqual(matmul(matrix, input("V", [I, O])).node, einsum("bi,oi->bo", matrix, W).node);
});

Deno.test("one operand is summed and turned", () => {
  const turned = einsum("bti->itb", x);
  assert.ok(sameType<typeof turned, Tensor<readonly [Dim<"I">, T, B], "f32">>());
  assert.equal(madeOf(turned.node), "transpose(x)");
  assert.equal(madeOf(einsum("bti->ib", x).node), "transpose(sum(x))");
  assert.equal(einsum("bti->bti", x).node, x.node);
});

Deno.test("what only one operand has is summed there first", () => {
  assert.equal(madeOf(einsum("bti,o->bo", x, input("v", [O])).node), "einsum(sum(x), v a,b->ab)");
});

Deno.test("more operands are multiplied two at a time, in the cheapest order", () => {
  const [a, b, c] = [input("a", [2, 1000]), input("b", [1000, 3]), input("c", [3, 500])];
  const y = einsum("ij,jk,kl->il", a, b, c);
  assert.ok(sameType<typeof y, Tensor<readonly [2, 500], "f32">>());
  assert.equal(madeOf(y.node), "einsum(einsum(a, b ab,bc->ac), c ab,bc->ac)");
  const [d, e] = [input("d", [500, 1000]), input("e", [1000, 2])];
  assert.equal(
    madeOf(einsum("ij,jk,kl->il", c, d, e).node),
    "einsum(c, einsum(d, e ab,bc->ac) ab,bc->ac)",
  );
  // Fewer dims are less, whatever they are.
  const narrow = einsum("bti,oi,tk->bok", x, W, m);
  assert.equal(shapeOf(narrow), "B, O, 3");
  assert.equal(
    madeOf(narrow.node),
    "einsum(einsum(x, m abc,bd->acd), W abc,db->adc)",
  );
});

Deno.test("what does not fit is refused", () => {
  const refused: readonly [() => Tensor, string][] = [
    [
      // @ts-expect-error "i is I and O"
      () => einsum("bti,io->bto", x, W),
      'Cannot multiply x[B, T, I] by W[O, I]: label "i" of "bti,io->bto" is both I and O',
    ],
    [
      () => einsum("bt,oi->bo", x, W),
      "Cannot multiply x[B, T, I] by W[O, I]: operand 0 has rank 3, " +
      'the product "bt,oi->bo" wants 2 different labels',
    ],
    [
      () => einsum("bti,oi->boz", x, W),
      'Cannot multiply x[B, T, I] by W[O, I]: label "z" of the result of "bti,oi->boz" ' +
      "is in no operand; broadcast it",
    ],
    [
      () => einsum("bti,oi->bb", x, W),
      "Cannot multiply x[B, T, I] by W[O, I]: " +
      'the result of "bti,oi->bb" names a label twice; a product has no diagonal',
    ],
    [
      () => einsum("bti->bt", x, W),
      'Cannot multiply 2 tensors as "bti->bt": it names 1 operands',
    ],
    [
      () => einsum("x · Wᵀ", x, W),
      'Cannot read the product "x · Wᵀ": write the labels of each operand and of the result, ' +
      'e.g. einsum("ab,cb->ac", x, W)',
    ],
  ];
  for (const [attempt, message] of refused) {
    assert.throws(attempt, { name: "DeclarationError", message });
  }
  // @ts-expect-error a product needs f32
  assert.throws(() => einsum("bi,oi->bo", cast(W, "u32"), W), /a contraction needs f32; use cast/);
});
