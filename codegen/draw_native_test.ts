import { nativeTest } from "../runtime/testing/native_access.ts";
import { checkDraws, DRAWN_SIZES } from "./testing/drawn_batch.ts";

for (const sizes of DRAWN_SIZES) {
  nativeTest(
    `C draws the rows of the order, to the last bit, for ${sizes}`,
    async (open) => checkDraws(await open({ threads: 2 }), sizes),
  );
}
