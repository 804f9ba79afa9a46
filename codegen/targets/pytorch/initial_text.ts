/** First values of parameters and states in Python. @module */
import type { Initial } from "../../../dsl/initial.ts";
import { literal } from "./language.ts";
import { extentText } from "./sizes.ts";

const float = (value: number): string => literal(value, true).text;

/**
 * The statement that fills a tensor. A variance is gain / Σ fans; numbers that are spread evenly over ±l have the
 * variance l² / 3.
 */
export function fillText(tensor: string, initial: Initial): string {
  const init = (name: string, ...numbers: readonly string[]): string =>
    `nn.init.${name}_(${[tensor, ...numbers].join(", ")})`;
  switch (initial.kind) {
    case "constant":
      if (initial.value === 0) return init("zeros");
      return initial.value === 1 ? init("ones") : init("constant", float(initial.value));
    case "normal":
      return init("normal", float(initial.mean), float(initial.std));
    case "uniform":
      return init("uniform", float(initial.low), float(initial.high));
    case "orthogonal":
      return init("orthogonal", float(initial.gain));
    case "scaled": {
      const { distribution, gain, fans } = initial;
      const sum = fans.map((fan) => extentText(fan).text).join(" + ");
      const divisor = /[ *+]/.test(sum) ? `(${sum})` : sum;
      const variance = float(distribution === "normal" ? gain : 3 * gain);
      const root = `math.sqrt(${variance} / ${divisor})`;
      return distribution === "normal"
        ? init("normal", "0.0", root)
        : init("uniform", `-${root}`, root);
    }
  }
}
