/** Compiles the templates: strict, without escaping, without helpers. @module */
import Handlebars from "handlebars";
import contract from "./templates/contract.wgsl.hbs" with { type: "text" };
import head from "./templates/head.wgsl.hbs" with { type: "text" };
import points from "./templates/points.wgsl.hbs" with { type: "text" };
import steps from "./templates/steps.wgsl.hbs" with { type: "text" };
import sum from "./templates/sum.wgsl.hbs" with { type: "text" };
import type { ContractView } from "./contract_view.ts";
import type { PointsView } from "./points_view.ts";

/** The texts of the templates by name. */
export const TEMPLATES = { head, points, contract, steps, sum } as const;

/** What each template is given. */
interface Views {
  readonly points: PointsView;
  readonly contract: ContractView;
}

const handlebars = Handlebars.create();
handlebars.registerPartial({ head, steps, sum });

function compile<View>(text: string): (view: View) => string {
  return handlebars.compile(text, {
    noEscape: true,
    strict: true,
    knownHelpersOnly: true,
    knownHelpers: { if: false, unless: false, with: false, lookup: false, log: false },
  });
}

/** Prints a view. */
export const RENDER: { readonly [Name in keyof Views]: (view: Views[Name]) => string } = {
  points: compile(points),
  contract: compile(contract),
};
