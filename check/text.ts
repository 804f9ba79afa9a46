/** What `deno task check` prints. @module */
import { alignedTable, type TableColumn } from "../runtime/aligned_table.ts";
import type { Outcome, Report } from "./check.ts";

function outcomeText(
  { cases, tally: { compared, undecided, outOfRange }, fault }: Outcome,
): string {
  if (fault !== undefined) return "FAILED";
  if (cases === 0) return "-";
  const left = undecided + outOfRange;
  return `${compared} in ${cases}${left === 0 ? "" : ` (+${left})`}`;
}

/** Declarations that are too large to interpret, with what to do. */
export function tooLargeText(reports: readonly Report[]): string {
  const names = reports.filter(({ outcomes }) => outcomes.every(({ cases }) => cases === 0))
    .map(({ declaration }) => declaration.name);
  if (names.length === 0) return "";
  return `Not compared, as they take too long to interpret at any size: ${names.join(", ")}. ` +
    "Check the layers that they are made of, and a model of the same form with few units.";
}

/** How gradients that were written by hand were proved. */
function proofText({ proofs }: Report): string {
  return [...new Set(proofs.map(({ by }) => by))].join(", ") || "-";
}

/** What the table says. */
const LEGEND = `
n in c: n elements agree, in c cases (sizes and sets of values); (+m): of m more nothing can be said, as they
hang on a comparison that rounding decides, or are no f32.
float64: after rewriting and as kernels, beside the declaration. slopes: gradients beside differences.
by hand: how gradients that the declaration gives were proved equal to the derived ones.`;

/** A line for each declaration: what was compared, or FAILED. */
export function reportTable(reports: readonly Report[]): string {
  const [first] = reports;
  const columns: TableColumn<Report>[] = [
    { heading: "declaration", align: "left", text: ({ declaration }) => declaration.name },
    { heading: "programs", align: "right", text: ({ programs }) => String(programs.length) },
    ...(first?.outcomes ?? []).map(({ name }, at): TableColumn<Report> => ({
      heading: name,
      align: "left",
      text: ({ outcomes }) => {
        const outcome = outcomes[at];
        return outcome === undefined ? "-" : outcomeText(outcome);
      },
    })),
    { heading: "by hand", align: "left", text: proofText },
  ];
  return `${alignedTable(columns, reports)}\n${LEGEND}`;
}

/** Where the tolerances come from, and what to do. */
const ADVICE = `
The tolerance of an element is the bound of its rounding errors: what each op passes on and adds, by what the
device promises, doubled for second orders. Look at derivation.md for the rules that fired, and at the kernel's
plain twin. If a gradient was written by hand, leave it out to use the derived one.`;

/** Each fault in a paragraph; nothing if there is none. */
export function faultsText(reports: readonly Report[]): string {
  const faults = reports.flatMap(({ declaration, outcomes }) =>
    outcomes.flatMap(({ name, fault }) =>
      fault === undefined ? [] : [`${declaration.name}, ${name}: ${fault}`]
    )
  );
  return faults.length === 0 ? "" : [...faults, ADVICE.trim()].join("\n\n");
}

/** Gradients that are meant to differ, with their reasons. */
export function unverifiedText(reports: readonly Report[]): string {
  return reports.flatMap(({ proofs }) => proofs).flatMap((proof) =>
    proof.by === "unverified"
      ? [`${proof.of}.${proof.gradient} is not compared with slopes: ${proof.reason}`]
      : []
  ).join("\n");
}
