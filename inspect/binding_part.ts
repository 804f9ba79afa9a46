/**
 * Finds what a module's binding says of a kernel.
 *
 * @module
 */
import { Node, type ObjectLiteralExpression, Project } from "ts-morph";

/** The literals of a program's kernels in a binding's text, by the kernels' names. */
export function bindingParts(binding: string, program: string): ReadonlyMap<string, string> {
  const project = new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true });
  const file = project.createSourceFile("binding.ts", binding);
  const [module] = file.getVariableDeclarations();
  const literal = module?.getInitializer()?.getFirstDescendant(Node.isObjectLiteralExpression);
  const programs = propertyOf(literal, "programs");
  const kernels = propertyOf(objectOf(propertyOf(objectOf(programs), program)), "kernels");
  if (!Node.isArrayLiteralExpression(kernels)) return new Map();
  return new Map(
    kernels.getElements().flatMap((each): [string, string][] => {
      const name = propertyOf(objectOf(each), "name");
      return Node.isStringLiteral(name)
        ? [[name.getLiteralValue(), unindented(each.getText())]]
        : [];
    }),
  );
}

function objectOf(node: Node | undefined): ObjectLiteralExpression | undefined {
  return Node.isObjectLiteralExpression(node) ? node : undefined;
}

/** The value of a property, whose name may be quoted. */
function propertyOf(object: ObjectLiteralExpression | undefined, name: string): Node | undefined {
  const property = object?.getProperties().find((each) =>
    Node.isPropertyAssignment(each) && [name, JSON.stringify(name)].includes(each.getName())
  );
  return Node.isPropertyAssignment(property) ? property.getInitializer() : undefined;
}

/** A part of a text as if it stood at the left. */
function unindented(text: string): string {
  const indent = /^ */.exec(text.split("\n").at(-1) ?? "")?.[0].length ?? 0;
  return text.replaceAll(new RegExp(`^ {1,${indent}}`, "gm"), "");
}
