/** The rules of PyTorch's optimizers for one number, in plain float64: a reference that is always at hand. @module */

/** Settings by PyTorch's names. */
export interface TorchSettings {
  readonly lr: number;
  readonly weight_decay?: number;
  readonly momentum?: number;
  readonly dampening?: number;
  readonly nesterov?: boolean;
  readonly betas?: readonly [number, number];
  readonly alpha?: number;
  readonly eps?: number;
  readonly centered?: boolean;
}

/** What becomes of a parameter w at step t (1 at the first) with the gradient g and the rate lr. */
export type StepRule = (given: {
  readonly w: number;
  readonly g: number;
  readonly lr: number;
  readonly t: number;
}) => number;

/** The names that PyTorch's optimizers have in the tests. */
export type TorchOptimizer = "sgd" | "adam" | "adam_w" | "rmsprop";

/** A rule for one number, with memory of its own. */
export const FORMULAS: Readonly<Record<TorchOptimizer, (settings: TorchSettings) => StepRule>> = {
  sgd: ({ weight_decay = 0, momentum = 0, dampening = 0, nesterov = false }) => {
    let buffer: number | undefined;
    return ({ w, g, lr }) => {
      const d = g + weight_decay * w;
      if (momentum === 0) return w - lr * d;
      buffer = buffer === undefined ? d : momentum * buffer + (1 - dampening) * d;
      return w - lr * (nesterov ? d + momentum * buffer : buffer);
    };
  },
  adam: (settings) => {
    const change = adamChange(settings);
    return ({ w, g, lr, t }) => w - change(g + (settings.weight_decay ?? 0) * w, lr, t);
  },
  adam_w: (settings) => {
    const change = adamChange(settings);
    return ({ w, g, lr, t }) => w * (1 - lr * (settings.weight_decay ?? 0.01)) - change(g, lr, t);
  },
  rmsprop: ({ weight_decay = 0, momentum = 0, alpha = 0.99, eps = 1e-8, centered = false }) => {
    let square = 0, average = 0, buffer = 0;
    return ({ w, g, lr }) => {
      const d = g + weight_decay * w;
      square = alpha * square + (1 - alpha) * d * d;
      average = alpha * average + (1 - alpha) * d;
      const deviation = Math.sqrt(centered ? square - average * average : square);
      buffer = momentum * buffer + d / (deviation + eps);
      return w - lr * buffer;
    };
  },
};

function adamChange({ betas = [0.9, 0.999], eps = 1e-8 }: TorchSettings) {
  let m = 0, v = 0;
  return (g: number, lr: number, t: number): number => {
    m = betas[0] * m + (1 - betas[0]) * g;
    v = betas[1] * v + (1 - betas[1]) * g * g;
    return lr * (m / (1 - betas[0] ** t)) / (Math.sqrt(v / (1 - betas[1] ** t)) + eps);
  };
}

/** `torch.nn.utils.clip_grad_norm_` on numbers. */
export function clipNorm(gradients: readonly number[], most: number): readonly number[] {
  const norm = Math.hypot(...gradients);
  return gradients.map((g) => g * Math.min(1, most / (norm + 1e-6)));
}
