import assert from "node:assert/strict";
import { join } from "node:path";
import { UsageError } from "./command_line.ts";
import { requireOutputFolder, requireOutputPath } from "./output_path.ts";

Deno.test("a path where nothing can be written is refused, and nothing is made", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "a.json");
    await Deno.writeTextFile(file, "old");
    await requireOutputPath("the report", file);
    await requireOutputPath("the report", join(folder, "new.json"));
    await requireOutputFolder("the kernels", folder);
    await requireOutputFolder("the kernels", join(folder, "new", "inner"));
    const none = join(folder, "none");
    const refusals: readonly (readonly [() => Promise<void>, string])[] = [
      [
        () => requireOutputPath("the report", join(none, "b.json")),
        `Cannot write the report ${none}/b.json: there is no folder ${none}.`,
      ],
      [
        () => requireOutputPath("the plot", join(file, "b.svg")),
        `Cannot write the plot ${file}/b.svg: there is no folder ${file}.`,
      ],
      [
        () => requireOutputPath("the plot", `${none}/`),
        `Cannot write the plot ${none}/: it is a folder.`,
      ],
      [
        () => requireOutputPath("the plot", folder),
        `Cannot write the plot ${folder}: it is a folder.`,
      ],
      [
        () => requireOutputFolder("the kernels", file),
        `Cannot write the kernels to ${file}: it is no folder.`,
      ],
      [
        () => requireOutputFolder("the kernels", join(file, "new", "inner")),
        `Cannot write the kernels to ${file}/new/inner: ${file} is no folder.`,
      ],
      [
        () => requireOutputPath("the plot", "/dev/null"),
        "Cannot write the plot /dev/null: it is no ordinary file.",
      ],
    ];
    for (const [refused, message] of refusals) {
      await assert.rejects(refused, new UsageError(message));
    }
    assert.deepEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["a.json"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "a path that the task may not write to is refused",
  permissions: { read: true, write: ["commands"] },
  async fn() {
    await requireOutputPath("the plot", "commands/plot.svg");
    await assert.rejects(
      requireOutputPath("the plot", "README.md"),
      /^UsageError: Cannot write the plot to README\.md: this task is not allowed to write there\.$/,
    );
    await assert.rejects(requireOutputFolder("the kernels", "/"), UsageError);
  },
});

Deno.test({
  name: "a folder that can only be read is refused",
  // Whoever may do everything may write everywhere.
  ignore: Deno.uid() === 0 || Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.chmod(folder, 0o555);
      await assert.rejects(
        requireOutputPath("the plot", join(folder, "plot.svg")),
        new UsageError(
          `Cannot write the plot to ${folder}/plot.svg: the folder ${folder} is read-only.`,
        ),
      );
      await assert.rejects(
        requireOutputFolder("the kernels", join(folder, "new", "inner")),
        /the folder \S+ is read-only\.$/,
      );
    } finally {
      await Deno.chmod(folder, 0o755);
      await Deno.remove(folder, { recursive: true });
    }
  },
});
