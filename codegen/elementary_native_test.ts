import assert from "node:assert/strict";
import { defineLayer, tensor } from "../dsl/declare.ts";
import { dim } from "../dsl/dim.ts";
import * as t from "../dsl/tensor.ts";
import { withFreshModule } from "../explain/temporary_module.ts";
import { nativeTest } from "../runtime/testing/native_access.ts";
import { ELEMENTARY_SWEEPS, floats, unitsApart } from "./testing/float_sweeps.ts";

/** No finite numbers, and the ends of ranges. */
const ENDS = [0, -0, 1, -1, Infinity, -Infinity, NaN, 1e-45, -1e-45, 3.4e38, -3.4e38];

for (const { name, ranges, units } of ELEMENTARY_SWEEPS) {
  nativeTest(
    `${name} is right to ${units} units in the last place in C, for floats of every size`,
    async (open) => {
      const x = Float32Array.from([
        ...ENDS,
        ...ranges.flatMap(([low, high]) => [...floats(low, high, 7919)]),
      ]);
      const declaration = defineLayer({
        name: `${name}_of`,
        inputs: { x: tensor(dim("N")) },
        forward: ({ x }) => t[name](x),
      });
      await withFreshModule(declaration, async (module) => {
        const loaded = await (await open()).load(module, { N: x.length });
        loaded.write("x", x);
        loaded.run("forward", { N: x.length });
        const y = await loaded.read("y");
        let worst = 0, worstAt = 0;
        x.forEach((each, at) => {
          const apart = unitsApart(y[at] ?? NaN, Math[name](each));
          if (!(apart <= worst)) [worst, worstAt] = [apart, each];
        });
        assert.ok(worst <= units, `${worst} units at ${worstAt}`);
      });
    },
  );
}
