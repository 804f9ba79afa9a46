import assert from "node:assert/strict";
import { withoutComments } from "./pipelines.ts";

Deno.test("texts are compared without comments at the ends of lines", () => {
  const one = "// evaluate: relu\n@group(0) var x: f32; // [B]\nlet a = b / c;";
  const other = "// step: relu\n@group(0) var x: f32;\nlet a = b / c;";
  assert.equal(withoutComments(one), withoutComments(other));
  assert.notEqual(withoutComments(one), withoutComments(other.replace("b / c", "c / b")));
});

Deno.test("a text with another kind of comment stays whole", () => {
  const text = "/* // */ let a = 1;";
  assert.equal(withoutComments(text), text);
});
