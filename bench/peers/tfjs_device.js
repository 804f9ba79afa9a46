/**
 * Opens a device of TensorFlow.js.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { tell, withVersion } from "./run.js";

/** Chooses `wasm` or `webgpu` and tells about it; any other choice of the library is an error. */
export async function useDevice(device) {
  let threads = 1;
  if (device === "wasm") {
    const wasm = await import("@tensorflow/tfjs-backend-wasm");
    const file = import.meta.resolve(
      "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm",
    );
    wasm.setWasmPaths(fileURLToPath(new URL("./", file)));
    await tf.setBackend(device);
    threads = wasm.getThreadsCount();
  } else {
    await import("@tensorflow/tfjs-backend-webgpu");
    await tf.setBackend(device);
  }
  await tf.ready();
  if (tf.getBackend() !== device) {
    throw new Error(`TensorFlow.js has no ${device} here`);
  }
  tell({
    kind: "about",
    engine: withVersion("tfjs", "@tensorflow/tfjs"),
    device,
    threads,
  });
}
