/**
 * Trains with jax-js: one jit-compiled function for forward, backward and Adam.
 *
 * Arrays are consumed by the operations that take them; `.ref` keeps one for another use.
 *
 * @module
 */
import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  nn,
  numpy as np,
  tree,
  valueAndGrad,
} from "@jax-js/jax";
import {
  BATCH,
  CLASSES,
  finish,
  PIXELS,
  readBatches,
  readOptions,
  readParameters,
  tell,
  TILES,
  train,
  withVersion,
} from "./run.js";

const options = readOptions();
const devices = await init(options.device);
if (!devices.includes(options.device)) {
  throw new Error(`jax-js has no ${options.device} here`);
}
defaultDevice(options.device);
tell({
  kind: "about",
  engine: withVersion("jax-js", "@jax-js/jax"),
  device: options.device,
  threads: options.device === "wasm" ? navigator.hardwareConcurrency : 1,
});

const array = (values, shape) => np.array(values).reshape(shape);
const times = (x, W) => np.matmul(x, np.transpose(W));

/** The middle layer in each form. */
const MIDDLE = {
  written: (h, { W2 }) => times(h, np.tile(W2, [1, TILES])),
  folded: (h, { W2 }) => times(np.sum(h.reshape([BATCH, TILES, -1]), 1), W2),
  ordinary: (h, { W2, b2 }) => times(h, W2).add(b2),
};

function meanLoss(parameters, x, oneHot) {
  const { W1, b1, W3, b3 } = parameters;
  const first = nn.relu(times(x, W1).add(b1));
  const second = nn.relu(MIDDLE[options.form](first, parameters));
  const logits = times(second, W3).add(b3);
  return nn.logSoftmax(logits).mul(oneHot).sum().mul(-1 / BATCH);
}

const ALPHA = 1e-3, BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-8;

/** One step of Adam, its bias corrections folded into the rate. */
const update = jit((parameters, first, second, rate, x, oneHot) => {
  const [loss, gradients] = valueAndGrad(meanLoss)(
    tree.ref(parameters),
    x,
    oneHot,
  );
  const next = { parameters: {}, first: {}, second: {} };
  for (const name of Object.keys(parameters)) {
    const g = gradients[name];
    const m = first[name].mul(BETA1).add(g.ref.mul(1 - BETA1));
    const v = second[name].mul(BETA2).add(g.ref.mul(g).mul(1 - BETA2));
    const change = m.ref.mul(rate.ref).div(np.sqrt(v.ref).add(EPSILON));
    next.parameters[name] = parameters[name].sub(change);
    next.first[name] = m;
    next.second[name] = v;
  }
  rate.dispose();
  return [next.parameters, next.first, next.second, loss];
});

const start = Object.entries(readParameters(options));
const zeros = () =>
  Object.fromEntries(start.map(([name, { shape }]) => [name, np.zeros(shape)]));
let parameters = Object.fromEntries(
  start.map(([name, { values, shape }]) => [name, array(values, shape)]),
);
let [first, second] = [zeros(), zeros()];

function step({ x, oneHot }, t) {
  const rate = ALPHA * Math.sqrt(1 - BETA2 ** t) / (1 - BETA1 ** t);
  let loss;
  [parameters, first, second, loss] = update(
    parameters,
    first,
    second,
    np.array(rate),
    array(x, [BATCH, PIXELS]),
    array(oneHot, [BATCH, CLASSES]),
  );
  return loss;
}

async function losses(handles) {
  await blockUntilReady(parameters);
  return await Promise.all(handles.map((loss) => loss.jsAsync()));
}

await train(options, readBatches(options), step, losses);
finish();
