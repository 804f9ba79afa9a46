/**
 * Barriers stand where all invocations of a workgroup arrive, or none.
 *
 * A value is *uniform* if it is the same in all of them, and a statement is if all of them run it or none. This
 * follows the values that are not, from where they come into being: it may call a uniform value something else,
 * never the other way round. (https://www.w3.org/TR/WGSL/#uniformity)
 *
 * @module
 */
import {
  type Expression,
  expressionsIn,
  type Finding,
  type FunctionDeclaration,
  type Statement,
  statementsIn,
  type Text,
  valuesOf,
} from "./syntax.ts";

/** What every invocation of a workgroup has to arrive at together. */
const BARRIERS: ReadonlySet<string> = new Set([
  "workgroupBarrier",
  "storageBarrier",
  "textureBarrier",
  "workgroupUniformLoad",
]);

/** Builtin values that a whole workgroup shares. */
const SHARED: ReadonlySet<string> = new Set(["workgroup_id", "num_workgroups"]);

/** Why something is not the same in all invocations of a workgroup; `undefined` if it is. */
type Reason = string | undefined;

/** Barriers that not all invocations of a workgroup are known to reach together. */
export function checkUniformity(text: Text): readonly Finding[] {
  const analyses = new Map(text.functions.map((each) => [each.name, new Analysis(text, each)]));
  // Arguments make parameters differ, and those make arguments differ, until nothing changes.
  for (let grown = true; grown;) {
    grown = false;
    for (const analysis of analyses.values()) {
      analysis.settle();
      for (const { name, args } of analysis.calls) {
        const called = analyses.get(name);
        if (called?.receive(args.map((arg) => analysis.reasonOf(arg)))) grown = true;
      }
    }
  }
  const meeting = functionsThatMeet(text);
  return [...analyses.values()].flatMap((analysis) => analysis.findings(meeting));
}

/** Functions in which there is a barrier, or a call of such a function. */
function functionsThatMeet({ functions }: Text): ReadonlySet<string> {
  const meeting = new Set(BARRIERS);
  for (let size = 0; size < meeting.size;) {
    size = meeting.size;
    for (const { name, body } of functions) {
      if (callsIn(body).some((call) => meeting.has(call.name))) meeting.add(name);
    }
  }
  return meeting;
}

interface Call {
  readonly name: string;
  readonly line: number;
  readonly args: readonly Expression[];
}

function callsIn(statements: readonly Statement[]): readonly Call[] {
  const values = [...statementsIn(statements)].flatMap(valuesOf);
  return [...expressionsIn(values)].flatMap((each) =>
    each.kind === "call" ? [{ name: each.type.name, line: each.line, args: each.args }] : []
  );
}

/** What differs within one function. */
class Analysis {
  readonly #function: FunctionDeclaration;
  /** Names of variables of the text, and why their elements may differ. */
  readonly #memory: ReadonlyMap<string, Reason>;
  /** Local names that differ, and why; names of inner scopes are not told from those around. */
  readonly #differing = new Map<string, string>();
  /** Why the invocations may not all run a statement. */
  readonly #parted = new Map<Statement, string>();

  constructor({ variables }: Text, declaration: FunctionDeclaration) {
    this.#function = declaration;
    this.#memory = new Map(variables.map(({ name, space, access }): [string, Reason] => {
      const isConstant = space === "uniform" || (space === "storage" && access === "read");
      return [name, isConstant ? undefined : `${name}, which invocations write to`];
    }));
    for (const { name, attributes } of declaration.parameters) {
      const builtin = attributes.find((each) => each.name === "builtin")?.args[0];
      if (builtin?.kind !== "name" || SHARED.has(builtin.name)) continue;
      this.#differing.set(name, `${name}, the builtin ${builtin.name}`);
    }
  }

  /** The calls in the function. */
  get calls(): readonly Call[] {
    return callsIn(this.#function.body);
  }

  /** Notes that some arguments differ; true if that is news. */
  receive(reasons: readonly Reason[]): boolean {
    let isNews = false;
    this.#function.parameters.forEach(({ name }, at) => {
      const reason = reasons[at];
      if (reason === undefined || this.#differing.has(name)) return;
      this.#differing.set(name, reason);
      isNews = true;
    });
    return isNews;
  }

  /** Follows values through the function until nothing changes. */
  settle(): void {
    for (let known = -1; known < this.#differing.size;) {
      known = this.#differing.size;
      this.#block(this.#function.body, undefined);
    }
  }

  /** Why a value may differ. */
  reasonOf(value: Expression): Reason {
    for (const each of expressionsIn([value])) {
      if (each.kind !== "name") continue;
      const reason = this.#differing.get(each.name) ?? this.#memory.get(each.name);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  /** Barriers, and calls that lead to some, which the invocations may not reach together. */
  findings(meeting: ReadonlySet<string>): readonly Finding[] {
    return [...statementsIn(this.#function.body)].flatMap((statement) => {
      const reason = this.#parted.get(statement);
      if (reason === undefined) return [];
      const values = valuesOf(statement);
      return [...expressionsIn(values)].flatMap((each): Finding[] =>
        each.kind === "call" && meeting.has(each.type.name)
          ? [{
            line: each.line,
            message:
              `${each.type.name} is reached by some invocations of a workgroup and maybe not by others: ` +
              `whether they do depends on ${reason}; move it out of the condition or the loop, or make that depend ` +
              `on the workgroup alone`,
          }]
          : []
      );
    });
  }

  /**
   * Follows values through statements in order.
   *
   * @param parted why the invocations may not all be here
   * @returns why they may not all get to the end: some have left the function, or gone on with the loop
   */
  #block(statements: readonly Statement[], parted: Reason): Reason {
    let now = parted;
    for (const statement of statements) {
      if (now !== undefined) this.#parted.set(statement, now);
      now = this.#statement(statement, now);
    }
    return now;
  }

  #statement(statement: Statement, parted: Reason): Reason {
    switch (statement.kind) {
      case "declare":
        this.#note(statement.name, parted ?? (statement.value && this.reasonOf(statement.value)));
        return parted;
      case "assign":
        this.#note(
          rootOf(statement.to),
          parted ?? this.reasonOf(statement.value) ?? this.reasonOf(statement.to),
        );
        return parted;
      case "do":
      case "return":
      case "break":
      case "continue":
        return parted;
      case "if": {
        const inside = parted ?? this.reasonOf(statement.condition);
        const ends = [statement.then, statement.otherwise].map((branch) =>
          this.#block(branch, inside)
        );
        const isLeft = [...statementsIn([...statement.then, ...statement.otherwise])].some(leaves);
        // Where a branch leaves, those who did not take it go on alone.
        return parted ?? (isLeft ? inside ?? ends.find((end) => end !== undefined) : undefined);
      }
      case "for":
        return this.#loop(statement, parted);
    }
  }

  /** Invocations may part in a loop by its condition, or within it; what is found in one turn holds in all. */
  #loop(loop: Statement & { readonly kind: "for" }, parted: Reason): Reason {
    const { first, condition, next, body } = loop;
    if (first !== undefined) this.#block([first], parted);
    let inside = parted ?? (condition && this.reasonOf(condition));
    inside = this.#block(body, inside) ?? inside;
    inside ??= condition && this.reasonOf(condition);
    if (inside !== undefined) this.#block(body, inside);
    if (next !== undefined) this.#block([next], inside);
    const returns = [...statementsIn(body)].some(({ kind }) => kind === "return");
    return parted ?? (returns ? inside : undefined);
  }

  #note(name: string | undefined, reason: Reason): void {
    if (name === undefined || reason === undefined || this.#memory.has(name)) return;
    if (!this.#differing.has(name)) this.#differing.set(name, reason);
  }
}

const leaves = ({ kind }: Statement): boolean =>
  kind === "return" || kind === "break" || kind === "continue";

/** The variable that is assigned to, maybe in part. */
function rootOf(place: Expression): string | undefined {
  if (place.kind === "name") return place.name;
  return place.kind === "index" || place.kind === "member" ? rootOf(place.base) : undefined;
}
