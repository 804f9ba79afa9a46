import assert from "node:assert/strict";
import { dim } from "./dim.ts";
import { formatEinsum, labelExtents, parseEinsum } from "./einsum.ts";
import { make } from "./intern.ts";
import { input } from "./tensor.ts";

const B = dim("B"), K = dim("K"), N = dim("N");
const x = input("x", [B, K]).node;
const v = input("v", [N, K]).node;

Deno.test("a product is written as the labels of two operands and of the result", () => {
  assert.deepEqual(parseEinsum("ab,cb->ac"), { lhs: "ab", rhs: "cb", out: "ac" });
  assert.deepEqual(parseEinsum("a,a->"), { lhs: "a", rhs: "a", out: "" });
  for (const spec of ["ab", "ab,bc", "ab,bc,cd->ad", "aB,Bc->ac", "ab, bc->ac"]) {
    assert.throws(() => parseEinsum(spec), {
      name: "DeclarationError",
      message:
        `Cannot read the product "${spec}": write two operands and a result, e.g. "ab,bc->ac"`,
    });
  }
});

Deno.test("labels are renamed in order of appearance, so that equal products are written equally", () => {
  assert.equal(formatEinsum({ lhs: "mk", rhs: "nk", out: "mn" }), "ab,cb->ac");
  assert.equal(formatEinsum({ lhs: "zy", rhs: "y", out: "z" }), "ab,b->a");
});

Deno.test("each label has the extent of its axes", () => {
  const extents = labelExtents("ab,cb->ac", [x, v], () => "");
  assert.deepEqual([...extents], [["a", B], ["b", K], ["c", N]]);
});

Deno.test("a product's result has the extents of its labels", () => {
  assert.deepEqual(make("einsum", { spec: "ab,cb->ca" }, [x, v]).shape, [N, B]);
  assert.deepEqual(make("einsum", { spec: "ab,cb->acb" }, [x, v]).shape, [B, N, K]);
});

Deno.test("what is no product is refused", () => {
  const refused: Record<string, string> = {
    "ab,bc->ac": "inner dims must match, got K and N",
    "abc,bc->ab": 'operand 0 has rank 2, the product "abc,bc->ab" wants 3 different labels',
    "ab,c->ac": 'operand 1 has rank 2, the product "ab,c->ac" wants 1 different labels',
    "aa,bc->ab": 'operand 0 has rank 2, the product "aa,bc->ab" wants 2 different labels',
    "ab,cb->a": 'label "c" of "ab,cb->a" occurs only once; sum or broadcast first',
    "ab,cb->aca": 'the result of "ab,cb->aca" names a label twice; a product has no diagonal',
    "ab,cb->acd": 'label "d" of "ab,cb->acd" occurs only once; sum or broadcast first',
  };
  for (const [spec, reason] of Object.entries(refused)) {
    assert.throws(() => make("einsum", { spec }, [x, v]), {
      name: "DeclarationError",
      message: `Cannot multiply x[B, K] by v[N, K]: ${reason}`,
    });
  }
});
