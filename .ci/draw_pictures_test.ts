import assert from "node:assert/strict";
import { drawnPictures, PICTURES } from "./draw_pictures.ts";

Deno.test("the pictures of the documents are those that the inspector draws now", async () => {
  for (const [name, svg] of await drawnPictures()) {
    assert.equal(
      await Deno.readTextFile(new URL(name, PICTURES)),
      svg,
      `${name} is out of date; deno run --allow-all .ci/draw_pictures.ts draws it anew`,
    );
  }
});

Deno.test("a picture of the page is there", async () => {
  const png = await Deno.readFile(new URL("inspector.png", PICTURES));
  assert.deepEqual(png.slice(1, 4), new TextEncoder().encode("PNG"));
  const { buffer, byteOffset } = png;
  const view = new DataView(buffer, byteOffset);
  assert.deepEqual([view.getUint32(16), view.getUint32(20)], [1280, 720]);
});
