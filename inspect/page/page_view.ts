/**
 * What the page of a declaration shows, decided before a word of it is written.
 *
 * @module
 */
import type { Compilation, Stages } from "../../codegen/pipeline.ts";
import type { Kernel } from "../../codegen/kernel/kernel.ts";
import { shortPath } from "../short_path.ts";
import { declaredProgram, type Stage } from "../stages.ts";
import type { CodePainter } from "./coloured_code.ts";
import type { Beginning, SourceFileExcerpts } from "./excerpts.ts";
import { assemblyStyle, codeHtml, type KernelView, kernelViews } from "./kernel_views.ts";
import type { LineLinks } from "./line_links.ts";
import { type StepView, stepViews } from "./rewriting_view.ts";

/** Pictures of a declaration, as HTML. */
export interface Figures {
  /** A program's memory over time. */
  memoryFigure(compilation: Compilation, program: string): string;
  /** What a program's calls cost; nothing if a dim has no typical size. */
  costFigure(compilation: Compilation, program: string): string | undefined;
  /** How a contraction computes one tile; nothing for other kernels. */
  tileFigure(kernel: Kernel): string | undefined;
}

/** A file of the declaration's source. */
export interface SourceView {
  /** Its path. */
  readonly name: string;
  /** True for the file of the declaration, false for what it uses. */
  readonly isOwn: boolean;
  readonly excerpts: readonly ExcerptView[];
}

/** Some lines of a file. */
export interface ExcerptView {
  readonly label: string;
  /** The number before that of the first line. */
  readonly before: number;
  /** HTML. */
  readonly code: string;
  /** True if lines of the file are left out above. */
  readonly isGap: boolean;
}

/** A program of the declaration. */
export interface ProgramView {
  readonly id: string;
  readonly name: string;
  /** The formulas of its kernels. */
  readonly kernels: readonly KernelView[];
  readonly steps: readonly StepView[];
  readonly stepCount: number;
  /** HTML. */
  readonly memory: string | null;
  /** HTML. */
  readonly cost: string | null;
}

/** The page. */
export interface PageView {
  readonly name: string;
  readonly kind: "layer" | "model";
  readonly doc: string;
  readonly sources: readonly SourceView[];
  readonly programs: readonly ProgramView[];
  /** The id of what is shown first. */
  readonly start: string;
  /** Lines of source by set, see `line_links.ts`. */
  readonly sets: readonly (readonly number[])[];
}

/** What a page is made from. */
export interface PageMaterial {
  readonly compilation: Compilation;
  /** The stages of a program. */
  readonly stagesOf: (program: string) => readonly Stage[];
  readonly sources: readonly SourceFileExcerpts[];
  /** Where the declaration stands, if that is known. */
  readonly declared: Beginning | undefined;
  readonly links: LineLinks;
  /** The command that shows a stage, up to the kernel's name. */
  readonly command: string;
  readonly figures: Figures | undefined;
}

/** What to show first; what the declaration says if absent. */
export interface FirstView {
  readonly program: string | undefined;
  readonly kernel: string | undefined;
}

/** Decides what the page of a declaration shows. */
export function pageView(
  { compilation, stagesOf, sources, declared, links, command, figures }: PageMaterial,
  painter: Pick<CodePainter, "lines">,
  first: FirstView,
): PageView {
  const { declaration, stages } = compilation;
  const all = stages.flatMap(({ program }) => stagesOf(program.name));
  const context = { painter, links, shown: new Map(), assembly: assemblyStyle(all) };
  const programs = stages.map(({ program: { name, kernels } }): ProgramView => {
    const own = stagesOf(name);
    const steps = stepViews(name, own.filter(({ language }) => language === "graph"), painter);
    return {
      id: name,
      name,
      kernels: kernelViews(
        name,
        kernels,
        own,
        ({ id, kernel }) => `${command} ${kernel} --program ${name} --stage ${id}`,
        (kernel) => figures?.tileFigure(kernel),
        context,
      ),
      steps,
      stepCount: steps.length,
      memory: figures?.memoryFigure(compilation, name) ?? null,
      cost: figures?.costFigure(compilation, name) ?? null,
    };
  });
  return {
    name: declaration.name,
    kind: declaration.kind,
    doc: declaration.doc,
    // Lines of source are known once all code is.
    sources: sources.map((each) => sourceView(each, declared, links, painter)),
    programs,
    start: startOf(stages, first),
    sets: links.sets,
  };
}

function sourceView(
  { file, text, excerpts }: SourceFileExcerpts,
  declared: Beginning | undefined,
  links: LineLinks,
  painter: Pick<CodePainter, "lines">,
): SourceView {
  const painted = painter.lines(text, "typescript");
  const name = shortPath(file);
  const isOwn = file === declared?.file;
  return {
    name,
    isOwn,
    excerpts: excerpts.map(({ firstLine, lines }, at) => ({
      label: `${name}, lines ${firstLine} to ${firstLine + lines.length - 1}`,
      before: firstLine - 1,
      isGap: at > 0,
      code: codeHtml(painted.slice(firstLine - 1, firstLine - 1 + lines.length), (at) => {
        const line = firstLine + at;
        const id = links.lineOf(file, line);
        return (isOwn && line === declared?.line ? " data-declaration" : "") +
          (id === undefined ? "" : ` data-line=${id}`);
      }),
    })),
  };
}

/** What was asked for; else the first contraction of the program that computes what was declared. */
function startOf(stages: readonly Stages[], { program, kernel }: FirstView): string {
  const programs = stages.map((each) => each.program);
  const shown = programs.find(({ name }) => name === program) ?? declaredProgram(programs);
  const kernels = shown?.kernels ?? [];
  const first = kernels.find(({ name }) => name === kernel) ??
    kernels.find(({ schedule }) => schedule.frame === "contract") ?? kernels[0];
  return first === undefined ? shown?.name ?? "" : `${shown?.name}/kernels/${first.name}`;
}
