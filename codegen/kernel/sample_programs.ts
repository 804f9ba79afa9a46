/**
 * Kernels of every frame, built by hand, that tests of targets run against the interpreter.
 *
 * @module
 */
import { type Extent, times } from "../../dsl/dim.ts";
import { axisIndex, indexOf, mod } from "./index_expr.ts";
import type { Kernel } from "./kernel.ts";
import {
  apply,
  axis,
  cast,
  constant,
  define,
  load,
  local,
  loops,
  reduce,
  store,
  tensor,
  uniform,
} from "./sample_kernels.ts";

/** `folded[b, k] = Σ_g x[b, g·K + k]`. */
export function fold(rows: Extent, groups: Extent, width: Extent): Kernel {
  const [b, g, k] = [axis("b", rows), axis("g", groups), axis("k", width)];
  const x = tensor("x", "read", [rows, times(groups, width)]);
  const folded = tensor("folded", "write", [rows, width]);
  const column = {
    kind: "add",
    left: { kind: "mul", left: axisIndex(g), by: width },
    right: axisIndex(k),
  } as const;
  return loops({
    name: "fold",
    tensors: [x, folded],
    parallel: [b, k],
    stages: [
      reduce("acc", "sum", [g], load(x, b, column)),
      store(folded, [b, k], local("acc")),
    ],
  });
}

/** `y[b, j] = h[b, j] > 0 ? gx[b, j mod K] : 0`: a tile behind a mask. */
export function maskedTile(rows: Extent, groups: Extent, width: Extent): Kernel {
  const wide = times(groups, width);
  const [b, j] = [axis("b", rows), axis("j", wide)];
  const gx = tensor("gx", "read", [rows, width]);
  const h = tensor("h", "read", [rows, wide]);
  const y = tensor("y", "write", [rows, wide]);
  const value = load(gx, b, mod(axisIndex(j), width));
  const positive = apply("greater", load(h, b, j), constant(0));
  return loops({
    name: "masked_tile",
    tensors: [gx, h, y],
    parallel: [b, j],
    stages: [store(y, [b, j], apply("select", positive, value, constant(0)))],
  }, "map");
}

/** `y[b, :] = softmax(z[b, :])`, with the loss beside it. */
export function softmax(rows: Extent, classes: Extent): Kernel {
  const [b, c, d, e] = [axis("b", rows), ...["c", "d", "e"].map((name) => axis(name, classes))];
  if (b === undefined || c === undefined || d === undefined || e === undefined) throw new Error();
  const z = tensor("z", "read", [rows, classes]);
  const y = tensor("y", "write", [rows, classes]);
  const logs = tensor("logs", "write", [rows]);
  return loops({
    name: "softmax",
    tensors: [z, y, logs],
    parallel: [b],
    stages: [
      reduce("top", "max", [c], load(z, b, c)),
      reduce("total", "sum", [d], apply("exp", apply("sub", load(z, b, d), local("top")))),
      store(logs, [b], apply("add", apply("log", local("total")), local("top"))),
      {
        kind: "loop",
        over: [e],
        body: [
          define("share", apply("exp", apply("sub", load(z, b, e), local("top")))),
          store(y, [b, e], apply("div", local("share"), local("total"))),
        ],
      },
    ],
  });
}

/** `hit[b] = argmax(z[b, :]) == label[b]`, as 0 or 1, and the class itself. */
export function accuracy(rows: Extent, classes: Extent): Kernel {
  const [b, c] = [axis("b", rows), axis("c", classes)];
  const z = tensor("z", "read", [rows, classes]);
  const label = tensor("label", "read", [rows], "u32");
  const hit = tensor("hit", "write", [rows]);
  const found = tensor("found", "write", [rows], "u32");
  return loops({
    name: "accuracy",
    tensors: [z, label, hit, found],
    parallel: [b],
    stages: [
      reduce("best", "argmax", [c], load(z, b, c)),
      store(found, [b], local("best", "u32")),
      store(hit, [b], cast("f32", apply("equal", local("best", "u32"), load(label, b)))),
    ],
  });
}

/** `total[n] = Σ_b g[b, n]`: across rows. */
export function columnSum(rows: Extent, columns: Extent): Kernel {
  const [b, n] = [axis("b", rows), axis("n", columns)];
  const g = tensor("g", "read", [rows, columns]);
  const total = tensor("total", "write", [columns]);
  return loops({
    name: "column_sum",
    tensors: [g, total],
    parallel: [n],
    stages: [reduce("acc", "sum", [b], load(g, b, n)), store(total, [n], local("acc"))],
  });
}

/** The sum and the largest element of a matrix: a kernel of a single point. */
export function totals(rows: Extent, columns: Extent): Kernel {
  const [b, n] = [axis("b", rows), axis("n", columns)];
  const g = tensor("g", "read", [rows, columns]);
  const total = tensor("total", "write", []);
  const largest = tensor("largest", "write", []);
  return loops({
    name: "totals",
    tensors: [g, total, largest],
    parallel: [],
    stages: [
      reduce("acc", "sum", [b, n], load(g, b, n)),
      reduce("top", "max", [b, n], load(g, b, n)),
      store(total, [], local("acc")),
      store(largest, [], local("top")),
    ],
  });
}

/** `onehot[b, c] = c == label[b]`: indices and u32 as values. */
export function oneHot(rows: Extent, classes: Extent): Kernel {
  const [b, c] = [axis("b", rows), axis("c", classes)];
  const label = tensor("label", "read", [rows], "u32");
  const onehot = tensor("onehot", "write", [rows, classes]);
  const place = tensor("place", "write", [rows, classes], "u32");
  const position = { kind: "index", type: "u32", index: axisIndex(c) } as const;
  return loops({
    name: "one_hot",
    tensors: [label, onehot, place],
    parallel: [b, c],
    stages: [
      define("same", apply("equal", position, load(label, b))),
      store(onehot, [b, c], cast("f32", local("same", "bool"))),
      store(
        place,
        [b, c],
        apply("add", position, apply("mul", load(label, b), constant(3, "u32"))),
      ),
    ],
  }, "map");
}

/** `y[c, r] = x[r, c]`: contiguous on one side only. */
export function transposition(rows: Extent, columns: Extent): Kernel {
  const [r, c] = [axis("r", rows), axis("c", columns)];
  const x = tensor("x", "read", [rows, columns]);
  const y = tensor("y", "write", [columns, rows]);
  return loops({
    name: "transposition",
    tensors: [x, y],
    parallel: [r, c],
    stages: [store(y, [c, r], load(x, r, c))],
  }, "map");
}

/**
 * `x[b, i] = f32(pixels[order[b + start], i]) / 255` and `label[b] = digits[order[b + start]]`: rows of
 * bytes, in an order that data give, from the uniform `start` on.
 */
export function drawing(rows: Extent, samples: Extent, width: Extent): readonly Kernel[] {
  const [b, i] = [axis("b", rows), axis("i", width)];
  const order = tensor("order", "read", [samples], "u32");
  const pixels = tensor("pixels", "read", [samples, width], "u8");
  const digits = tensor("digits", "read", [samples], "u8");
  const x = tensor("x", "write", [rows, width]);
  const label = tensor("label", "write", [rows], "u32");
  const place = apply("add", { kind: "index", type: "u32", index: axisIndex(b) }, START);
  const sample = indexOf(load(order, indexOf(place)));
  const value = apply("div", cast("f32", load(pixels, sample, i)), constant(255));
  return [
    loops({
      name: "draw_x",
      tensors: [pixels, order, x],
      parallel: [b, i],
      stages: [store(x, [b, i], value)],
    }, "map"),
    loops({
      name: "draw_label",
      tensors: [digits, order, label],
      parallel: [b],
      stages: [store(label, [b], load(digits, sample))],
    }, "map"),
  ];
}
const START = uniform("start", "u32");

/** `y[b, :] = table[argmax z[b, :], :]`: the index is a local, known only after a reduction. */
export function chosenRow(rows: Extent, classes: Extent, width: Extent): Kernel {
  const [b, c, i] = [axis("b", rows), axis("c", classes), axis("i", width)];
  const z = tensor("z", "read", [rows, classes]);
  const table = tensor("table", "read", [classes, width]);
  const y = tensor("y", "write", [rows, width]);
  const first = tensor("first", "write", [rows]);
  const best = indexOf(local("best", "u32"));
  return loops({
    name: "chosen_row",
    tensors: [z, table, y, first],
    parallel: [b],
    stages: [
      reduce("best", "argmax", [c], load(z, b, c)),
      { kind: "loop", over: [i], body: [store(y, [b, i], load(table, best, i))] },
      store(first, [b], load(table, best, indexOf(constant(0, "u32")))),
    ],
  });
}
