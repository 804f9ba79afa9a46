/**
 * Makes the page of a declaration.
 *
 * @module
 */
import { costFigure, figuresStyle, memoryFigure, tileFigure } from "../figures/figures.ts";
import { type Material, type Stage, stagesOf } from "../stages.ts";
import { CodePainter } from "./coloured_code.ts";
import { excerptsOf } from "./excerpts.ts";
import { LineLinks } from "./line_links.ts";
import { type FirstView, pageView } from "./page_view.ts";
import { renderPage } from "./render.ts";

/** How a page is made. */
export interface PageOptions {
  /** The page's script, as one text. */
  readonly script: string;
  /** True to have a step for each rule, also for those that save nothing. */
  readonly allRules: boolean;
  /** True for a page that has a list of declarations beside it. */
  readonly isServed: boolean;
  readonly first: FirstView;
  /** The module that the user named, if any. */
  readonly spec: string | undefined;
}

/** The page of a declaration: one HTML text that needs nothing else. */
export async function declarationPage(
  material: Material,
  { script, allRules, isServed, first, spec }: PageOptions,
): Promise<string> {
  const { compilation, source } = material;
  const stages = new Map(
    compilation.stages.map(({ program: { name } }) =>
      [name, stagesOf(material, { program: name, allRules })] as const
    ),
  );
  const places = [...stages.values()].flat().flatMap((stage: Stage) => stage.places ?? []).flat();
  const painter = await CodePainter.load();
  const view = pageView(
    {
      compilation,
      stagesOf: (program) => stages.get(program) ?? [],
      sources: await excerptsOf(source, places, textOf),
      declared: source,
      links: new LineLinks(),
      command: `deno task inspect ${compilation.declaration.name}${
        spec === undefined ? "" : ` --spec ${spec}`
      }`,
      figures: { costFigure, memoryFigure, tileFigure },
    },
    painter,
    first,
  );
  return renderPage(view, isServed, { script, css: `${figuresStyle}\n${painter.css}` });
}

/** The text of a file; nothing for what is none, such as a module that came over a network. */
async function textOf(url: string): Promise<string | undefined> {
  if (!url.startsWith("file:")) return undefined;
  try {
    return await Deno.readTextFile(new URL(url));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
