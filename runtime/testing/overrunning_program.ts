/** A program whose kernel writes one element behind its tensor; it prints what is said of that. @module */
import { relu } from "../../generated/relu/relu.ts";
import { openNative } from "../native/backend.ts";
import { withChangedText } from "./changed_text.ts";

const search = await openNative({ threads: 1 });
if (!search.found) throw new Error(search.why);
const changed = await withChangedText(relu, ["y[b * N + n] =", "y[b * N + n + 1] ="]);
const module = await search.backend.load(changed, { B: 1, N: 16 });
module.run("forward", { B: 1 });
for (const action of [() => module.read("x"), () => module.read("y")]) {
  await action().then(() => console.log("nothing"), (thrown: Error) => console.log(thrown.message));
}
try {
  module.run("forward", { B: 1 });
} catch (thrown) {
  if (thrown instanceof Error) console.log(thrown.message);
}
