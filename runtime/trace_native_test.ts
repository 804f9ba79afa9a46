import { nativeTest } from "./testing/native_access.ts";
import { assertTraced } from "./trace_for_test.ts";

for (const threads of [1, 3]) {
  nativeTest(
    `a traced step has the bits of one in C on ${threads} threads, and shows every kernel`,
    async (open) => assertTraced(await open({ threads })),
  );
}
