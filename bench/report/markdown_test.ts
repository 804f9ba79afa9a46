import assert from "node:assert/strict";
import { counted, digits, enumeration, factor, percent, table } from "./markdown.ts";

Deno.test("numbers have three digits, and no more places than six", () => {
  const texts = [0, 0.012345, 0.9999, 1.2345, 12.345, 123.45, 1234.5, 1e-9].map(digits);
  assert.deepEqual(texts, ["0", "0.0123", "1.000", "1.23", "12.3", "123", "1235", "0.000000"]);
  assert.deepEqual([digits(NaN), digits(undefined), factor(undefined)], ["–", "–", "–"]);
  assert.equal(factor(1.5), "1.50×");
});

Deno.test("small shares keep a place", () => {
  assert.deepEqual([0.004, 0.0994, 0.0996, 0.5, 1].map(percent), [
    "0.4 %",
    "9.9 %",
    "10 %",
    "50 %",
    "100 %",
  ]);
});

Deno.test("lists of things read as sentences do", () => {
  assert.equal(enumeration(["a"]), "a");
  assert.equal(enumeration(["a", "b", "c"]), "a, b and c");
  assert.deepEqual([counted(1, "thread"), counted(2, "thread")], ["1 thread", "2 threads"]);
});

Deno.test("a table has its headings, alignments and rows; a bar in a cell does not end it", () => {
  const columns = [
    { heading: "name", text: ({ name }: { readonly name: string }) => name },
    {
      heading: "length",
      numeric: true,
      text: ({ name }: { readonly name: string }) => `${name.length}`,
    },
  ];
  assert.equal(
    table(columns, [{ name: "a|b" }, { name: "c" }]),
    "| name | length |\n| --- | ---: |\n| a\\|b | 3 |\n| c | 1 |",
  );
});
