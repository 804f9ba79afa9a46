/** Fills the templates of pages. @module */
import frame from "./templates/frame.hbs" with { type: "text" };
import kernel from "./templates/kernel.hbs" with { type: "text" };
import page from "./templates/page.hbs" with { type: "text" };
import problem from "./templates/problem.hbs" with { type: "text" };
import program from "./templates/program.hbs" with { type: "text" };
import start from "./templates/start.hbs" with { type: "text" };
import step from "./templates/step.hbs" with { type: "text" };
import theme from "./templates/theme.hbs" with { type: "text" };
import style from "./page.css" with { type: "text" };
import { compiled, registerParts } from "../templates.ts";
import type { PageView } from "./page_view.ts";

/** The list of declarations. */
export interface StartView {
  /** A group for each module. */
  readonly groups: readonly {
    readonly number: number;
    readonly name: string;
    readonly declarations: readonly {
      readonly path: string;
      readonly name: string;
      readonly kind: string;
      readonly doc: string;
    }[];
  }[];
}

/** Why there is no page. */
export interface ProblemView {
  /** What was to be shown. */
  readonly name: string;
  readonly message: string;
  readonly advice: string;
}

/** What all pages have in common. */
export interface Dress {
  /** The page's script; none if empty. */
  readonly script: string;
  /** Rules besides those of every page. */
  readonly css: string;
}

/** What the body of each page is made from. */
interface Bodies {
  readonly page: Omit<PageView, "sets"> & { readonly sets: string; readonly isServed: boolean };
  readonly start: StartView;
  readonly problem: ProblemView;
}

registerParts({ kernel, program, step, theme });

const BODY: { readonly [Name in keyof Bodies]: (view: Bodies[Name]) => string } = {
  page: compiled(page),
  start: compiled(start),
  problem: compiled(problem),
};
const FRAME = compiled<Dress & { readonly title: string; readonly body: string }>(frame);

/** The page of a declaration. */
export function renderPage(view: PageView, isServed: boolean, dress: Dress): string {
  const body = BODY.page({ ...view, sets: JSON.stringify(view.sets), isServed });
  return framed(`${view.name} · tilewright`, body, dress);
}

/** The list of declarations. */
export function renderStart(view: StartView, dress: Dress): string {
  return framed("Declarations · tilewright", BODY.start(view), dress);
}

/** Says why there is no page. */
export function renderProblem(view: ProblemView, dress: Dress): string {
  return framed(`${view.name} · tilewright`, BODY.problem(view), dress);
}

function framed(title: string, body: string, { script, css }: Dress): string {
  return FRAME({
    title,
    body,
    css: `${style}\n${css}`,
    // A script ends where a page says so, also within a text.
    script: script.replaceAll(/<\/(script)/gi, "<\\/$1"),
  });
}
