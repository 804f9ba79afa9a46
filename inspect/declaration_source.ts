/**
 * Finds the TypeScript that a declaration was written as.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { Node, type ObjectLiteralExpression, Project, SyntaxKind } from "ts-morph";

/** Where a declaration stands, and its text. */
export interface DeclarationSource {
  /** The file's URL. */
  readonly file: string;
  /** Of the first line, counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** Functions of the language that declare something with a name. */
const DECLARING = ["defineLayer", "defineModel"];

/** What a module imports, or passes on, from a file beside it. */
const FROM = /\bfrom\s+"(\.[^"]+)"/g;

/**
 * The statement that declares a layer or a model, or the one around its name.
 *
 * @param specs file URLs of the modules to look in, and in what they import by relative paths
 * @returns `undefined` if its name is not written out there
 */
export async function declarationSource(
  specs: readonly string[],
  name: string,
): Promise<DeclarationSource | undefined> {
  const seen = new Set(specs);
  for (const file of seen) {
    const text = await Deno.readTextFile(new URL(file));
    // Few files hold the name; only those are parsed.
    const found = text.includes(JSON.stringify(name)) ? declarationIn(file, text, name) : undefined;
    if (found !== undefined) return found;
    for (const [, path = ""] of text.matchAll(FROM)) seen.add(new URL(path, file).href);
  }
  return undefined;
}

function declarationIn(file: string, text: string, name: string): DeclarationSource | undefined {
  const project = new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true });
  const source = project.createSourceFile(fileURLToPath(file), text);
  const named = source.getDescendantsOfKind(SyntaxKind.ObjectLiteralExpression)
    .filter((each) => isNamed(each, name));
  // Some are declared by a function that takes the name from a table.
  const found = named.find(isDeclared) ?? named[0];
  const statement = found?.getAncestors().findLast((each) => each.getParent() === source);
  return statement &&
    { file, line: statement.getStartLineNumber(true), text: statement.getText(true) };
}

/** True for an object with this name written out. */
function isNamed(object: ObjectLiteralExpression, name: string): boolean {
  const value = object.getProperty("name");
  return Node.isPropertyAssignment(value) &&
    value.getInitializer()?.getText() === JSON.stringify(name);
}

/** True for what is given to a function that declares something. */
function isDeclared(object: ObjectLiteralExpression): boolean {
  const call = object.getParent();
  return Node.isCallExpression(call) && DECLARING.includes(call.getExpression().getText());
}
