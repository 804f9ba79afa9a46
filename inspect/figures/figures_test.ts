import assert from "node:assert/strict";
import { compile } from "../../codegen/pipeline.ts";
import { chosenDeclarations } from "../../explain/choice.ts";
import { amountText, bytesText } from "../../explain/amounts.ts";
import { withFreshModule } from "../../explain/temporary_module.ts";
import { explainModule } from "../../runtime/explain.ts";
import { costView } from "./cost_view.ts";
import { costFigure, memoryFigure } from "./figures.ts";
import { memoryPicture, memorySummary, toldPicture } from "./memory_figure.ts";
import { memoryView } from "./memory_view.ts";

const declarations = await chosenDeclarations("inspect", [], undefined);
const compilations = declarations.map((declaration) => compile(declaration));

function compiled(name: string) {
  return compilations.find(({ declaration }) => declaration.name === name) ?? assert.fail(name);
}

for (const name of ["linear", "attention", "mnist_shared"]) {
  Deno.test(`${name}: the table of costs has the numbers by which the runtime explains it`, async () => {
    const { declaration } = compiled(name);
    const facts = await withFreshModule(
      declaration,
      (module) => Promise.resolve(explainModule(module, declaration.typical)),
    );
    const { stages } = compiled(name);
    assert.equal(stages.length, facts.programs.length);
    for (const program of facts.programs) {
      const stage = stages.find((each) => each.program.name === program.name) ?? assert.fail();
      const view = costView(stage.program, declaration.typical) ?? assert.fail();
      assert.equal(view.bytes, bytesText(program.bytes));
      assert.equal(view.flops, amountText(program.flops, "FLOP"));
      assert.deepEqual(
        view.rows.map(({ name, flops, bytes }) => ({ name, flops, bytes })),
        program.kernels.map(({ name, flops, bytes }) => ({
          name,
          flops: flops === 0 ? "–" : amountText(flops, "FLOP"),
          bytes: bytesText(bytes),
        })),
      );
      view.rows.forEach(({ flopShare, byteShare }, at) => {
        const kernel = program.kernels[at] ?? assert.fail();
        const all = Math.max(1, program.flops);
        assert.ok(Math.abs(flopShare - 100 * kernel.flops / all) <= 0.05);
        assert.ok(Math.abs(byteShare - 100 * kernel.bytes / program.bytes) <= 0.05);
      });
    }
  });
}

Deno.test("no two tensors are in a slot at a time, and each is there whenever it is used", () => {
  let shared = 0;
  for (const { module, stages, declaration } of compilations) {
    for (const { program } of stages) {
      const view = memoryView(module, program, declaration.typical);
      const used = new Set(program.kernels.flatMap(({ tensors }) => tensors.map((t) => t.name)));
      const shown = view.rows.flatMap(({ stays }) => stays);
      assert.deepEqual(new Set(shown.map(({ tensor }) => tensor)), used);
      assert.equal(shown.length, used.size);
      for (const { stays } of view.rows) {
        const inOrder = stays.toSorted((a, b) => a.from - b.from);
        inOrder.forEach((stay, at) => {
          const next = inOrder[at + 1];
          assert.ok(next === undefined || stay.to < next.from, `${declaration.name}: ${stay.told}`);
          assert.ok(stay.uses.every(({ at }) => at >= stay.from && at <= stay.to));
          assert.ok(stay.kind !== "temporary" || stay.uses[0]?.use === "write", stay.told);
        });
        if (stays.length > 1) shared++;
      }
    }
  }
  assert.ok(shared > 0, "some declaration shares a slot");
});

Deno.test("every bar, sign and word of a picture is inside of it", () => {
  for (const { module, stages, declaration } of compilations) {
    for (const { program } of stages) {
      const picture = memoryPicture(memoryView(module, program, declaration.typical));
      for (const { stays } of picture.rows) {
        for (const { x, y, width, uses } of stays) {
          assert.ok(width > 0 && x >= 0 && x + width <= picture.width);
          assert.ok(y >= 0 && y + 18 <= picture.height);
          assert.ok(uses.every((use) => use.x > x && use.x < x + width));
        }
      }
      for (const { x } of picture.legend) assert.ok(x < picture.width);
    }
  }
});

Deno.test("what a picture shows is told in words, and again as a table", () => {
  const { module, stages: [stage], declaration } = compiled("linear");
  assert.ok(stage !== undefined);
  const view = memoryView(module, stage.program, declaration.typical);
  assert.equal(
    toldPicture(view),
    "The memory of forward over its one call: 4 tensors in 4 slots.",
  );
  assert.match(memorySummary(view), /^At .*B = .*: .* in all.* No tensors share a slot/);
  const told = view.rows.flatMap(({ stays }) => stays.map((stay) => stay.told));
  assert.ok(
    told.some((each) => /^y \[B, O\], .*B, output; written by forward$/.test(each)),
    told.join("\n"),
  );
  const html = memoryFigure(compiled("linear"), "forward");
  assert.match(html, /<tr><th scope="row">W<\/th><td>parameter<\/td><td><code>\[O, I\]<\/code>/);
  assert.ok(html.includes(`aria-label="${toldPicture(view)}"`));
});

Deno.test("costs are left out where a size is not known", () => {
  const { stages: [stage], declaration } = compiled("linear");
  assert.ok(stage !== undefined);
  const { O: _, ...rest } = declaration.typical;
  assert.equal(costView(stage.program, rest), undefined);
  assert.equal(costView({ ...stage.program, kernels: [] }, declaration.typical), undefined);
  assert.match(costFigure(compiled("linear"), "forward") ?? "", /<tfoot>/);
});
