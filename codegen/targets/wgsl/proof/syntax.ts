/**
 * The forms of WGSL that this target prints. Whatever has no form here is refused, so that nothing in a text
 * is left unproved.
 *
 * @module
 */

/** Where something stands in a text, counted from 1. */
interface Standing {
  readonly line: number;
}

/** A type: `vec4<f32>` has the arguments `f32`, `array<f32, 4>` also a count. */
export interface Type {
  readonly name: string;
  readonly arguments: readonly Type[];
  /** Of an array whose length is written out. */
  readonly count?: Expression;
}

/** A value. */
export type Expression =
  & Standing
  & (
    /** A number as it is written, such as `1u` or `-1.5e3`; its sign is an operator. */
    | { readonly kind: "number"; readonly text: string }
    | { readonly kind: "bool"; readonly value: boolean }
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "call"; readonly type: Type; readonly args: readonly Expression[] }
    | { readonly kind: "prefix"; readonly sign: string; readonly operand: Expression }
    | {
      readonly kind: "infix";
      readonly sign: string;
      readonly left: Expression;
      readonly right: Expression;
    }
    | { readonly kind: "index"; readonly base: Expression; readonly at: Expression }
    | { readonly kind: "member"; readonly base: Expression; readonly member: string }
  );

/** A step of a function. */
export type Statement =
  & Standing
  & (
    | {
      readonly kind: "declare";
      readonly name: string;
      readonly type?: Type;
      readonly value?: Expression;
    }
    /** `to = value`; with a sign `to += value`, and `to++` is `to += 1`. */
    | {
      readonly kind: "assign";
      readonly to: Expression;
      readonly sign?: string;
      readonly value: Expression;
    }
    | { readonly kind: "do"; readonly call: Expression }
    | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
    | {
      readonly kind: "for";
      readonly first?: Statement;
      readonly condition?: Expression;
      readonly next?: Statement;
      readonly body: readonly Statement[];
    }
    | { readonly kind: "return"; readonly value?: Expression }
    | { readonly kind: "break" }
    | { readonly kind: "continue" }
  );

/** `@name(args)`. */
export interface Attribute {
  readonly name: string;
  readonly args: readonly Expression[];
}

/** A name with a type: a parameter, or a field. */
export interface Typed extends Standing {
  readonly name: string;
  readonly type: Type;
  readonly attributes: readonly Attribute[];
}

/** A variable of the whole text. */
export interface ModuleVariable extends Typed {
  /** `storage`, `uniform`, `workgroup` or `private`. */
  readonly space: string;
  /** Of storage: `read` or `read_write`. */
  readonly access: string;
}

/** A function. */
export interface FunctionDeclaration extends Standing {
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly parameters: readonly Typed[];
  readonly body: readonly Statement[];
}

/** A whole text. */
export interface Text {
  readonly enables: readonly string[];
  readonly overrides: readonly Typed[];
  readonly structs: readonly (Standing & {
    readonly name: string;
    readonly fields: readonly Typed[];
  })[];
  readonly variables: readonly ModuleVariable[];
  readonly functions: readonly FunctionDeclaration[];
}

/** A fault that a text must not have. */
export interface Finding extends Standing {
  readonly message: string;
}

/** Every expression in some others, themselves included. */
export function* expressionsIn(roots: readonly Expression[]): Generator<Expression> {
  for (const each of roots) {
    yield each;
    yield* expressionsIn(operandsOf(each));
  }
}

/** The operands of an expression. */
export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "number":
    case "bool":
    case "name":
      return [];
    case "call":
      return expression.args;
    case "prefix":
      return [expression.operand];
    case "infix":
      return [expression.left, expression.right];
    case "index":
      return [expression.base, expression.at];
    case "member":
      return [expression.base];
  }
}

/** Every statement in some others, themselves included. */
export function* statementsIn(roots: readonly Statement[]): Generator<Statement> {
  for (const each of roots) {
    yield each;
    if (each.kind === "if") yield* statementsIn([...each.then, ...each.otherwise]);
    if (each.kind !== "for") continue;
    const around = [each.first, each.next].filter((part) => part !== undefined);
    yield* statementsIn([...around, ...each.body]);
  }
}

/** The values that stand in a statement itself, not in those that it holds. */
export function valuesOf(statement: Statement): readonly Expression[] {
  const some = (...values: readonly (Expression | undefined)[]) =>
    values.filter((value) => value !== undefined);
  switch (statement.kind) {
    case "declare":
    case "return":
      return some(statement.value);
    case "assign":
      return [statement.to, statement.value];
    case "do":
      return [statement.call];
    case "if":
      return [statement.condition];
    case "for":
      return some(statement.condition);
    case "break":
    case "continue":
      return [];
  }
}
