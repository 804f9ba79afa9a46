/** Compiles templates: strict, with everything escaped that is no HTML already. @module */
import Handlebars from "handlebars";

const handlebars = Handlebars.create();

/** Makes templates known by their names to those that are made of them. */
export function registerParts(parts: Readonly<Record<string, string>>): void {
  handlebars.registerPartial(parts);
}

/** A template as a function of what it shows; what is missing is an error. */
export function compiled<View>(text: string): (view: View) => string {
  return handlebars.compile(text, {
    strict: true,
    knownHelpersOnly: true,
    knownHelpers: { unless: false, with: false, lookup: false, log: false },
  });
}
