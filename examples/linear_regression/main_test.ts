import assert from "node:assert/strict";

Deno.test("the program finds the plane that its points were drawn from", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "regression"],
    cwd: new URL("../../", import.meta.url).pathname,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const found = text.match(/found W = \[(\S+), (\S+)\], b = (\S+)/)?.slice(1).map(Number);
  // 6400 points with noise of 0.1, the last of them weighing most: a few hundredths.
  for (const [i, wanted] of [3, -2, 0.5].entries()) {
    assert.ok(Math.abs((found?.[i] ?? NaN) - wanted) < 0.05, text);
  }
});
