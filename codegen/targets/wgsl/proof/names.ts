/**
 * No name is kept by the language, and none hides a builtin that the text uses.
 *
 * @module
 */
import {
  type Expression,
  expressionsIn,
  type Finding,
  statementsIn,
  type Text,
  type Type,
  valuesOf,
} from "./syntax.ts";
import { BUILTIN_FUNCTIONS, KEYWORDS, PREDECLARED_TYPES, RESERVED_WORDS } from "./words.ts";

interface Declared {
  readonly name: string;
  readonly line: number;
  /** False for fields, which hide nothing. */
  readonly isVisible: boolean;
}

/** Names that cannot be used, or that change what other words of the text mean. */
export function checkNames(text: Text): readonly Finding[] {
  const used = builtinsUsed(text);
  return declaredIn(text).flatMap(({ name, line, isVisible }): Finding[] => {
    const fault = faultOf(name, isVisible, used);
    return fault === undefined ? [] : [{ line, message: `the name ${name} ${fault}` }];
  });
}

function faultOf(name: string, isVisible: boolean, used: ReadonlySet<string>): string | undefined {
  if (KEYWORDS.has(name)) return "is a keyword of WGSL; give it another ending";
  if (RESERVED_WORDS.has(name)) return "is a reserved word of WGSL; give it another ending";
  if (name === "_" || name.startsWith("__")) return "begins with underscores, which WGSL keeps";
  if (isVisible && used.has(name)) {
    return "hides the builtin of that name, which the text uses; give it another ending";
  }
  return undefined;
}

function declaredIn(text: Text): readonly Declared[] {
  const visible = ({ name, line }: { readonly name: string; readonly line: number }): Declared => ({
    name,
    line,
    isVisible: true,
  });
  return [
    ...text.overrides.map(visible),
    ...text.variables.map(visible),
    ...text.structs.flatMap((each) => [
      visible(each),
      ...each.fields.map(({ name, line }) => ({ name, line, isVisible: false })),
    ]),
    ...text.functions.flatMap((each) => [
      visible(each),
      ...each.parameters.map(visible),
      ...[...statementsIn(each.body)].flatMap((statement) =>
        statement.kind === "declare" ? [visible(statement)] : []
      ),
    ]),
  ];
}

/** Names of builtin functions and types that the text means something by. */
function builtinsUsed(text: Text): ReadonlySet<string> {
  const used = new Set<string>();
  const type = ({ name, arguments: args }: Type): void => {
    if (PREDECLARED_TYPES.has(name) || BUILTIN_FUNCTIONS.has(name)) used.add(name);
    args.forEach(type);
  };
  const value = (each: Expression): void => {
    if (each.kind === "call") type(each.type);
  };
  const own = new Set(text.functions.map(({ name }) => name));
  for (const each of [...text.overrides, ...text.variables]) type(each.type);
  for (const { fields } of text.structs) fields.forEach((field) => type(field.type));
  for (const { parameters, body } of text.functions) {
    parameters.forEach((each) => type(each.type));
    for (const statement of statementsIn(body)) {
      if (statement.kind === "declare" && statement.type !== undefined) type(statement.type);
      for (const each of expressionsIn(valuesOf(statement))) value(each);
    }
  }
  // A call of the text's own function is none of a builtin, but then the name is taken from it.
  for (const name of own) if (BUILTIN_FUNCTIONS.has(name)) used.add(name);
  return used;
}
