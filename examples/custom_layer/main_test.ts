import assert from "node:assert/strict";

Deno.test("the program of custom layers learns the wave", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "custom"],
    cwd: new URL("../../", import.meta.url).pathname,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const losses = [...text.matchAll(/mean loss (\S+)/g)].map(([, loss]) => Number(loss));
  assert.ok(losses.length >= 5 && (losses.at(-1) ?? NaN) < 0.01, text);
  for (const [, got, wanted] of text.matchAll(/: +(\S+), wanted +(\S+)/g)) {
    assert.ok(Math.abs(Number(got) - Number(wanted)) < 0.1, text);
  }
});
