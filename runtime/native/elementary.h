/*
 * What C lacks, or leaves open, of the operators of kernels: so written that compilers make lanes of them.
 *
 * Polynomials are least in their largest relative error (fitted by reweighted least squares); arguments are
 * reduced by ln 2 in two parts, of which the first has so few digits that its products are exact (W. Cody,
 * W. Waite: Software Manual for the Elementary Functions, 1980). Errors are at most 2 units in the last place.
 */
#ifndef TILEWRIGHT_ELEMENTARY_H
#define TILEWRIGHT_ELEMENTARY_H
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "tile.h"

TW_ALWAYS uint32_t tw_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

TW_ALWAYS float tw_of_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* ln 2 in two parts; the first is 355/512. */
#define TW_LN2_HIGH 0.693359375f
#define TW_LN2_LOW -2.12194440e-4f

/* eˣ = 2ⁿ · eʳ with n = round(x / ln 2), and eʳ as a polynomial; 2ⁿ in two factors, as it may be subnormal. */
TW_ALWAYS float tw_exp(float x) {
  const float within = x < -104.0f ? -104.0f : x > 89.0f ? 89.0f : x;
  /* Of whole numbers this large there is no digit behind the point: adding one rounds. */
  const float n = within * 1.44269504f + 12582912.0f - 12582912.0f;
  const float r = within - n * TW_LN2_HIGH - n * TW_LN2_LOW;
  const float p =
      0.49999994f + r * (0.16666515f + r * (0.041668456f + r * (0.00836942f + r * 0.0013813137f)));
  const int32_t k = within == within ? (int32_t)n : 0;
  const int32_t half = k >> 1;
  const float low = tw_of_bits((uint32_t)(half + 127) << 23);
  const float high = tw_of_bits((uint32_t)(k - half + 127) << 23);
  return (1.0f + (r + r * r * p)) * low * high;
}

/* ln x = e·ln 2 + ln(1 + f) for x = 2ᵉ·(1 + f) with √½ ≤ 1 + f < √2; ln(1 + f) from s = f / (2 + f). */
TW_ALWAYS float tw_log(float x) {
  const uint32_t root_half = 0x3f3504f3u;
  const bool tiny = x < 0x1p-126f;
  const uint32_t bits = tw_bits(tiny ? x * 0x1p23f : x) - root_half;
  const float e = (float)(((int32_t)bits >> 23) - (tiny ? 23 : 0));
  const float f = tw_of_bits((bits & 0x7fffffu) + root_half) - 1.0f;
  const float s = f / (2.0f + f);
  const float z = s * s;
  const float half = 0.5f * (f * f);
  const float rest = s * (half + z * (0.6666678f + z * (0.3997708f + z * 0.29885203f)));
  const float value = e * TW_LN2_HIGH - ((half - (rest + e * TW_LN2_LOW)) - f);
  const float finite = x == INFINITY ? x : value;
  return x == 0.0f ? -INFINITY : x > 0.0f ? finite : NAN;
}

/* tanh x = ±(1 − 2 / (e^(2|x|) + 1)), and x + x³·(…) near 0, where that would lose digits. */
TW_ALWAYS float tw_tanh(float x) {
  const float size = fabsf(x);
  const float z = x * x;
  const float near = x + x * z *
                             (-0.33333275f + z * (0.13331275f + z * (-0.053725115f +
                                                                     z * (0.020589791f + z * -0.005648282f))));
  const float far = 1.0f - 2.0f / (tw_exp(2.0f * (size > 10.0f ? 10.0f : size)) + 1.0f);
  return size < 0.625f ? near : tw_of_bits(tw_bits(far) | (tw_bits(x) & 0x80000000u));
}

TW_ALWAYS float tw_sin(float x) { return (float)sin((double)x); }
TW_ALWAYS float tw_cos(float x) { return (float)cos((double)x); }
TW_ALWAYS float tw_pow(float x, float y) { return (float)pow((double)x, (double)y); }

/* Of two numbers; what is no number wins. */
TW_ALWAYS float tw_maximum(float a, float b) { return (a > b) | (a != a) ? a : b; }
TW_ALWAYS float tw_minimum(float a, float b) { return (a < b) | (a != a) ? a : b; }
TW_ALWAYS uint32_t tw_maximum_u32(uint32_t a, uint32_t b) { return a > b ? a : b; }
TW_ALWAYS uint32_t tw_minimum_u32(uint32_t a, uint32_t b) { return a < b ? a : b; }
TW_ALWAYS int32_t tw_maximum_i32(int32_t a, int32_t b) { return a > b ? a : b; }
TW_ALWAYS int32_t tw_minimum_i32(int32_t a, int32_t b) { return a < b ? a : b; }
TW_ALWAYS int32_t tw_abs_i32(int32_t x) { return x < 0 ? -x : x; }

/* A whole number divided by 0 is itself; -2³¹ divided by -1 wraps around. */
TW_ALWAYS uint32_t tw_quotient_u32(uint32_t a, uint32_t b) { return b == 0 ? a : a / b; }
TW_ALWAYS int32_t tw_quotient_i32(int32_t a, int32_t b) { return b == 0 ? a : b == -1 ? -a : a / b; }

/* The whole part, cut off at the ends of the type; 0 for what is no number. */
TW_ALWAYS uint32_t tw_to_u32(float x) {
  return x >= 4294967296.0f ? UINT32_MAX : x > 0.0f ? (uint32_t)x : 0;
}
TW_ALWAYS int32_t tw_to_i32(float x) {
  return x >= 2147483648.0f ? INT32_MAX : x <= -2147483648.0f ? INT32_MIN : x == x ? (int32_t)x : 0;
}
#endif
