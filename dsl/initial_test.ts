import assert from "node:assert/strict";
import { dim, type Extent, showExtent } from "./dim.ts";
import {
  filled,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initial,
  type Initialiser,
  lecunNormal,
  lecunUniform,
  normal,
  ones,
  orthogonal,
  uniform,
  zeros,
} from "./initial.ts";

const O = dim("O"), C = dim("C");
const window: readonly Extent[] = [O, C, 5, 3];

const shown = (initial: Initial): string =>
  initial.kind === "scaled"
    ? `${initial.distribution} ${initial.gain} / (${initial.fans.map(showExtent).join(" + ")})`
    : initial.kind;

Deno.test("fans are those of weights [outputs, inputs, …window], or of the axes that are named", () => {
  const cases: readonly [Initialiser, string][] = [
    [lecunNormal(), "normal 1 / (15·C)"],
    [lecunUniform(), "uniform 1 / (15·C)"],
    [glorotNormal(), "normal 2 / (15·C + 15·O)"],
    [glorotUniform({ gain: 2 }), "uniform 8 / (15·C + 15·O)"],
    [heNormal(), "normal 2 / (15·C)"],
    [heUniform({ slope: 1 }), "uniform 1 / (15·C)"],
    [glorotNormal({ fanIn: [2, 3], fanOut: [1] }), "normal 2 / (15 + C)"],
    [orthogonal(), "orthogonal"],
  ];
  for (const [initialiser, wanted] of cases) assert.equal(shown(initialiser(window)), wanted);
});

Deno.test("numbers are filled in as they are", () => {
  assert.deepEqual([zeros(), ones(), filled(0.5)].map((each) => each([O])), [
    { kind: "constant", value: 0 },
    { kind: "constant", value: 1 },
    { kind: "constant", value: 0.5 },
  ]);
  assert.deepEqual(normal({ std: 0.02 })([O]), { kind: "normal", mean: 0, std: 0.02 });
  assert.deepEqual(uniform({ low: 0 })([O]), { kind: "uniform", low: 0, high: 1 });
});

Deno.test("what cannot be a distribution is refused", () => {
  const refused: readonly [() => unknown, string][] = [
    [
      () => heNormal()([O]),
      "Cannot initialise a parameter of rank 1 by heNormal: it needs an axis 1 (fan-in); use zeros()",
    ],
    [
      () => orthogonal()([]),
      "Cannot initialise a parameter of rank 0 by orthogonal: it needs an axis 1 (fan-in); use zeros()",
    ],
    [
      () => lecunNormal({ fanIn: [4] })(window),
      "Cannot initialise a parameter of rank 4 by lecunNormal: it has no axis 4; axes run from 0 to 3",
    ],
    [
      // @ts-expect-error axes are a list
      () => heNormal({ fanIn: 1 }),
      "Cannot initialise by heNormal with the axes 1: wanted a list of different axes, such as [1, 2]",
    ],
    [
      () => glorotNormal({ fanOut: [0, 0] }),
      "Cannot initialise by glorotNormal with the axes [0, 0]: wanted a list of different axes, such as [1, 2]",
    ],
    [
      // @ts-expect-error LeCun's has no gain
      () => lecunUniform({ gain: 2 }),
      'Cannot initialise by lecunUniform with "gain": its options are { fanIn, fanOut }',
    ],
    [
      // @ts-expect-error a number is no record
      () => orthogonal(2),
      "Cannot initialise by orthogonal with 2: its options are { gain }",
    ],
    [() => filled(NaN), "Cannot initialise by filled with NaN: wanted a finite number"],
    [
      () => normal({ std: -1 }),
      "Cannot initialise by normal with -1: wanted a finite number of at least 0",
    ],
    [
      () => uniform({ low: 2, high: 1 }),
      "Cannot initialise by uniform with 1: wanted a finite number of at least 2",
    ],
  ];
  for (const [attempt, message] of refused) {
    assert.throws(attempt, { name: "DeclarationError", message });
  }
});
