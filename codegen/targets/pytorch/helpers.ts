/** Functions of Python for what PyTorch lacks; a text has those that it calls. @module */

/** The functions by name, each in lines. */
export const HELPERS = {
  _i32: [
    "def _i32(x):",
    '    """Whole numbers that wrap around at 32 bits, with a sign."""',
    "    return ((x + 0x80000000) & 0xFFFFFFFF) - 0x80000000",
  ],
  _to_i32: [
    "def _to_i32(x: Tensor) -> Tensor:",
    '    """Whole parts, cut off at the ends of 32 bits; 0 for what is no number."""',
    "    return x.nan_to_num().clamp(-0x80000000, 0x7FFFFFFF).long()",
  ],
  _to_u32: [
    "def _to_u32(x: Tensor) -> Tensor:",
    '    """Whole parts, cut off at the ends of 32 bits without a sign; 0 for what is no number."""',
    "    return x.nan_to_num().clamp(0, 0xFFFFFFFF).long()",
  ],
  _quotient: [
    "def _quotient(a: Tensor, b: Tensor) -> Tensor:",
    '    """Whole quotients, cut off at the point; a number divided by 0 is itself."""',
    "    a, b = torch.as_tensor(a), torch.as_tensor(b)",
    '    whole = torch.div(a, torch.where(b == 0, 1, b), rounding_mode="trunc")',
    "    return torch.where(b == 0, a, whole)",
  ],
  _overlap_add: [
    "def _overlap_add(",
    "    x: Tensor, axis: int, extent: int, stride: int, dilation: int",
    ") -> Tensor:",
    '    """Adds each element of each window, the last axis of x, to where it was taken from."""',
    "    windows, size = x.shape[axis], x.shape[-1]",
    "    shape = list(x.shape[:-1])",
    "    shape[axis] = extent",
    "    y = x.new_zeros(shape)",
    "    first = torch.arange(windows, device=x.device) * stride",
    "    for k in range(size):",
    "        y.index_add_(axis, first + k * dilation, x[..., k])",
    "    return y",
  ],
  _random_bits: [
    "def _random_bits(low, high, key):",
    '    """Philox2x32-10: a counter of two words, encrypted under a key; the first word."""',
    "    for _ in range(10):",
    "        product = 0xD256D193 * low",
    "        low, high = ((product >> 32) & 0xFFFFFFFF) ^ key ^ high, product & 0xFFFFFFFF",
    "        key = (key + 0x9E3779B9) & 0xFFFFFFFF",
    "    return low",
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The name of a function. */
export type HelperName = keyof typeof HELPERS;
