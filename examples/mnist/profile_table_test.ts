import assert from "node:assert/strict";
import type { ProfileRow } from "../../runtime/profile.ts";
import { profileTable } from "./profile_table.ts";

const UPDATE: ProfileRow = {
  program: "step",
  kernel: "update_l1_W",
  calls: 600,
  milliseconds: 2.86349,
  share: 0.5449,
  gflops: 54.76,
  gbytes: 6.66,
};
const DRAW: ProfileRow = { ...UPDATE, kernel: "x", milliseconds: 0.05, share: 0.01, gflops: 0 };

Deno.test("words stand on the left and numbers on the right of their columns", () => {
  assert.equal(
    profileTable([UPDATE, DRAW]),
    `program  kernel       calls  ms/call   share  GFLOP/s  GB/s
step     update_l1_W    600    2.863  54.5 %     54.8   6.7
step     x              600    0.050   1.0 %        -   6.7`,
  );
});

Deno.test("the share of the peak stands where it is known", () => {
  const table = profileTable([{ ...UPDATE, attained: 0.934 }, DRAW]).split("\n");
  assert.deepEqual(table.map((line) => line.slice(line.lastIndexOf("  ")).trim()), [
    "of peak",
    "93.4 %",
    "-",
  ]);
});

Deno.test("no rows leave the headings", () => {
  assert.equal(profileTable([]), "program  kernel  calls  ms/call  share  GFLOP/s  GB/s");
});
