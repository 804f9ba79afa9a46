/**
 * The parts of source files that a declaration is made from.
 *
 * @module
 */
import { Node, Project, type SourceFile, type Statement, SyntaxKind } from "ts-morph";
import type { Place } from "../../dsl/provenance.ts";

/** Some lines of a file. */
export interface Excerpt {
  /** Counted from 1. */
  readonly firstLine: number;
  readonly lines: readonly string[];
}

/** What is shown of a file. */
export interface SourceFileExcerpts {
  /** The file's URL. */
  readonly file: string;
  /** The whole text, for whoever needs what is around. */
  readonly text: string;
  /** In order, none next to another. */
  readonly excerpts: readonly Excerpt[];
}

/** Where a declaration begins. */
export interface Beginning {
  /** The file's URL. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/**
 * The statements in which places lie, file by file; of the declaration's own file, which comes first, also the
 * declaration, and what is named there and declared beside it.
 *
 * @param read gives the text of a file by its URL; files without one are left out
 */
export async function excerptsOf(
  declaration: Beginning | undefined,
  places: readonly Place[],
  read: (file: string) => Promise<string | undefined>,
): Promise<readonly SourceFileExcerpts[]> {
  const lines = Map.groupBy(places, ({ file }) => file);
  const files = new Set([...declaration === undefined ? [] : [declaration.file], ...lines.keys()]);
  const found: SourceFileExcerpts[] = [];
  for (const file of files) {
    const text = await read(file);
    if (text === undefined) continue;
    const wanted = new Set(lines.get(file)?.map(({ line }) => line));
    const own = declaration?.file === file ? declaration.line : undefined;
    found.push({ file, text, excerpts: excerptsIn(text, wanted, own) });
  }
  return found;
}

function excerptsIn(
  text: string,
  wanted: ReadonlySet<number>,
  declared: number | undefined,
): readonly Excerpt[] {
  const project = new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true });
  const source = project.createSourceFile("/source.ts", text);
  const isWanted = (statement: Statement): boolean => {
    const [first, last] = linesOf(statement);
    return first === declared || [...wanted].some((line) => first <= line && line <= last);
  };
  const chosen = new Set(source.getStatements().filter(isWanted));
  if (declared !== undefined) {
    const beside = declaredIn(source);
    // The set grows while it is gone through.
    for (const statement of chosen) named(statement, beside).forEach((each) => chosen.add(each));
  }
  const all = text.split("\n");
  return together([...chosen].map(linesOf).toSorted(([a], [b]) => a - b), all).map((
    [first, last],
  ) => ({ firstLine: first, lines: all.slice(first - 1, last) }));
}

/** The first line of a statement or of its comment, and its last. */
function linesOf(statement: Statement): readonly [number, number] {
  return [statement.getStartLineNumber(true), statement.getEndLineNumber()];
}

/** Statements by the names that they declare. */
function declaredIn(source: SourceFile): ReadonlyMap<string, Statement> {
  return new Map(
    source.getStatements().flatMap((statement): [string, Statement][] => {
      if (Node.isVariableStatement(statement)) {
        return statement.getDeclarations().map((each) => [each.getName(), statement]);
      }
      return Node.isFunctionDeclaration(statement) || Node.isClassDeclaration(statement)
        ? [[statement.getName() ?? "", statement]]
        : [];
    }),
  );
}

/** The statements that declare what a statement names. */
function named(
  statement: Statement,
  beside: ReadonlyMap<string, Statement>,
): readonly Statement[] {
  return statement.getDescendantsOfKind(SyntaxKind.Identifier)
    .flatMap((each) => beside.get(each.getText()) ?? []);
}

/** Stretches of lines, with those joined that nothing but empty lines lie between. */
function together(
  stretches: readonly (readonly [number, number])[],
  lines: readonly string[],
): readonly (readonly [number, number])[] {
  const joined: [number, number][] = [];
  for (const [first, last] of stretches) {
    const before = joined.at(-1);
    const between = before === undefined ? ["…"] : lines.slice(before[1], first - 1);
    if (before !== undefined && between.every((line) => line.trim() === "")) {
      before[1] = Math.max(before[1], last);
    } else joined.push([first, last]);
  }
  return joined;
}
