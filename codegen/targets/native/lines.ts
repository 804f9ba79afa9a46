/** Lines of C. @module */

/** Lines, one level deeper. */
export function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line === "" || line.startsWith("#") ? line : `  ${line}`);
}

/** `head { … }`. */
export function block(head: string, body: readonly string[]): readonly string[] {
  return [`${head} {`, ...indent(body), "}"];
}

/** A loop of a variable from 0 to a size, or over a stretch. */
export function loop(
  variable: string,
  to: string,
  body: readonly string[],
  { from = "0", step }: { readonly from?: string; readonly step?: string } = {},
): readonly string[] {
  const next = step === undefined ? `${variable}++` : `${variable} += ${step}`;
  return block(`for (tw_size ${variable} = ${from}; ${variable} < ${to}; ${next})`, body);
}

/** A comment of one line, or of several. */
export function comment(lines: readonly string[]): readonly string[] {
  const safe = lines.map((line) => line.replaceAll("*/", "* /"));
  const [only, ...more] = safe;
  if (only === undefined) return [];
  if (more.length === 0) return [`/* ${only} */`];
  return ["/*", ...safe.map((line) => ` * ${line}`.trimEnd()), " */"];
}

/** A loop whose turns are lanes. */
export const LANES = "#pragma omp simd";
