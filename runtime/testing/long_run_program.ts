/** A program that trains for 20,000 steps on the backend that its argument names, and fails where memory grows. @module */
import { BACKEND_NAMES } from "../backend.ts";
import { openBackend } from "../open_backend.ts";
import { assertFlatOver20000Steps } from "../train/long_run_for_test.ts";

const name = BACKEND_NAMES.find((each) => each === Deno.args[0]);
if (name === undefined) throw new Error(`name one of ${BACKEND_NAMES.join(", ")}`);
const { backend } = await openBackend({ backend: name, threads: 2 });
if (backend.info.name !== name) throw new Error(`there is no ${name}`);
await assertFlatOver20000Steps(backend);
await backend.dispose();
