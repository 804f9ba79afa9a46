/*
 * Tiles of matrix products: the loop in which nearly all time of a network is spent.
 *
 * A tile is TW_ROWS × TW_PANEL results, held in vector registers. The right operand lies in panels: TW_PANEL
 * columns side by side, step after step of the sum, so that a step reads two whole vectors. The left operand
 * is read where it lies, a number at a time.
 */
#ifndef TILEWRIGHT_TILE_H
#define TILEWRIGHT_TILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef size_t tw_size;

/*
 * The numbers of a vector, and the rows of a tile: as many as registers hold with two vectors of the right
 * operand and one of the left. A vector that is wider than the machine's is computed in pieces that pass
 * through memory, sixty times slower; so the compiler is asked what it compiles for.
 */
#if defined(__AVX512F__)
#define TW_LANES 16 /* 32 registers */
#define TW_ROWS 10
#elif defined(__AVX__)
#define TW_LANES 8 /* 16 registers */
#define TW_ROWS 5
#elif defined(__aarch64__)
#define TW_LANES 4 /* 32 registers */
#define TW_ROWS 10
#else
#define TW_LANES 4 /* 16 registers of SSE2; any other machine */
#define TW_ROWS 5
#endif
#define TW_VECTORS 2
#define TW_PANEL (TW_VECTORS * TW_LANES)

/*
 * Where the left operand's zeros are skipped: the panels that are summed side by side; the steps of a sum whose
 * rows of these panels stay in the nearest caches, of 64 KiB; and how many rows ahead memory is asked for.
 */
#define TW_GROUP 4
#define TW_PART (65536 / (4 * TW_GROUP * TW_PANEL))
#define TW_AHEAD 4

#define TW_ALWAYS static inline __attribute__((always_inline))

typedef float tw_vector __attribute__((vector_size(4 * TW_LANES)));
/* The same anywhere in memory. */
typedef float tw_loose __attribute__((vector_size(4 * TW_LANES), aligned(4), may_alias));

TW_ALWAYS tw_vector tw_load(const float *from) { return *(const tw_loose *)from; }
TW_ALWAYS void tw_store(float *to, tw_vector value) { *(tw_loose *)to = value; }

/* Numbers of two vectors by turns: of their lower and of their upper halves. */
#if TW_LANES == 16
#define TW_LOWER 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define TW_UPPER 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif TW_LANES == 8
#define TW_LOWER 0, 8, 1, 9, 2, 10, 3, 11
#define TW_UPPER 4, 12, 5, 13, 6, 14, 7, 15
#else
#define TW_LOWER 0, 4, 1, 5
#define TW_UPPER 2, 6, 3, 7
#endif
#if defined(__clang__) || __GNUC__ >= 12
#define TW_BY_TURNS(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
typedef int32_t tw_places __attribute__((vector_size(4 * TW_LANES)));
#define TW_BY_TURNS(a, b, ...) __builtin_shuffle(a, b, (tw_places){__VA_ARGS__})
#endif

/* The smaller of two sizes. */
TW_ALWAYS tw_size tw_least(tw_size a, tw_size b) { return a < b ? a : b; }

/* The height of the next tile, where so many rows are left. */
TW_ALWAYS tw_size tw_height(tw_size left) {
  if (left >= TW_ROWS) return TW_ROWS;
  return left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

/* sums[row, column] = Σ_t left[row·stride + step[t]] · panel[t, column], added to what is there if so. */
TW_ALWAYS void tw_tile_of(const int rows, const int vectors, bool adds, tw_size depth, const float *left,
                          tw_size stride, const tw_size *step, const float *panel, float *sums) {
  tw_vector sum[TW_ROWS][TW_VECTORS];
#pragma GCC unroll 16
  for (int row = 0; row < rows; row++) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) {
      sum[row][v] = adds ? tw_load(sums + row * TW_PANEL + v * TW_LANES) : (tw_vector){0};
    }
  }
  for (tw_size t = 0; t < depth; t++) {
    const float *const at = left + step[t];
    tw_vector right[TW_VECTORS];
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) right[v] = tw_load(panel + t * TW_PANEL + v * TW_LANES);
#pragma GCC unroll 16
    for (int row = 0; row < rows; row++) {
      const float value = at[row * stride];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) sum[row][v] += value * right[v];
    }
  }
#pragma GCC unroll 16
  for (int row = 0; row < rows; row++) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) tw_store(sums + row * TW_PANEL + v * TW_LANES, sum[row][v]);
  }
}

/* One function for each height and width that tiles have. */
#define TW_TILE_OF(rows, vectors)                                                                           \
  static __attribute__((noinline, unused)) void tw_tile_##rows##_##vectors(                                 \
      bool adds, tw_size depth, const float *left, tw_size stride, const tw_size *step, const float *panel, \
      float *sums) {                                                                                        \
    tw_tile_of(rows, vectors, adds, depth, left, stride, step, panel, sums);                                \
  }
#if TW_ROWS == 10
TW_TILE_OF(10, 1)
TW_TILE_OF(10, 2)
#define tw_tile_full_1 tw_tile_10_1
#define tw_tile_full_2 tw_tile_10_2
#else
TW_TILE_OF(5, 1)
TW_TILE_OF(5, 2)
#define tw_tile_full_1 tw_tile_5_1
#define tw_tile_full_2 tw_tile_5_2
#endif
TW_TILE_OF(4, 1)
TW_TILE_OF(4, 2)
TW_TILE_OF(2, 1)
TW_TILE_OF(2, 2)
TW_TILE_OF(1, 1)
TW_TILE_OF(1, 2)

/* The tile of a height that tw_height gives, and of so many columns; sums has rows of TW_PANEL. */
static __attribute__((unused)) void tw_tile(tw_size rows, tw_size columns, bool adds, tw_size depth,
                                            const float *left, tw_size stride, const tw_size *step,
                                            const float *panel, float *sums) {
#define TW_EITHER(height)                                                                     \
  (columns > TW_LANES ? tw_tile_##height##_2(adds, depth, left, stride, step, panel, sums)    \
                      : tw_tile_##height##_1(adds, depth, left, stride, step, panel, sums))
  switch (rows) {
    case TW_ROWS:
      TW_EITHER(full);
      break;
    case 4:
      TW_EITHER(4);
      break;
    case 2:
      TW_EITHER(2);
      break;
    default:
      TW_EITHER(1);
  }
#undef TW_EITHER
}

/* panel[t, column] = from[t·pitch + column] for so many columns, 0 for others. */
static __attribute__((unused)) void tw_copy_rows(tw_size columns, tw_size steps, const float *from,
                                                 tw_size pitch, float *panel) {
  for (tw_size t = 0; t < steps; t++) {
    float *const to = panel + t * TW_PANEL;
    const float *const row = from + t * pitch;
    if (columns == TW_PANEL) {
      for (int v = 0; v < TW_VECTORS; v++) tw_store(to + v * TW_LANES, tw_load(row + v * TW_LANES));
    } else {
      for (tw_size c = 0; c < TW_PANEL; c++) to[c] = c < columns ? row[c] : 0.0f;
    }
  }
}

/* panel[t, column] = from[column·pitch + t] in a block of TW_LANES steps and columns, 0 from `columns` on. */
TW_ALWAYS void tw_turn_block(tw_size columns, const float *from, tw_size pitch, float *panel) {
  tw_vector block[TW_LANES];
#pragma GCC unroll 16
  for (int c = 0; c < TW_LANES; c++) {
    block[c] = (tw_size)c < columns ? tw_load(from + c * pitch) : (tw_vector){0};
  }
  /* Each pass takes vectors half a block apart by turns; after log₂ TW_LANES of them, rows are columns. */
#pragma GCC unroll 4
  for (int pass = 1; pass < TW_LANES; pass *= 2) {
    tw_vector next[TW_LANES];
#pragma GCC unroll 8
    for (int c = 0; c < TW_LANES / 2; c++) {
      next[2 * c] = TW_BY_TURNS(block[c], block[c + TW_LANES / 2], TW_LOWER);
      next[2 * c + 1] = TW_BY_TURNS(block[c], block[c + TW_LANES / 2], TW_UPPER);
    }
#pragma GCC unroll 16
    for (int c = 0; c < TW_LANES; c++) block[c] = next[c];
  }
#pragma GCC unroll 16
  for (int t = 0; t < TW_LANES; t++) tw_store(panel + t * TW_PANEL, block[t]);
}

/* Copies columns that lie one after the other, not side by side: panel[t, column] = from[column·pitch + t]. */
static __attribute__((unused)) void tw_turn(tw_size columns, tw_size steps, const float *from, tw_size pitch,
                                            float *panel) {
  const tw_size whole = steps / TW_LANES * TW_LANES;
  for (tw_size c = 0; c < TW_PANEL; c += TW_LANES) {
    const tw_size left = columns > c ? columns - c : 0;
    for (tw_size t = 0; t < whole; t += TW_LANES) {
      tw_turn_block(left, from + c * pitch + t, pitch, panel + t * TW_PANEL + c);
    }
  }
  for (tw_size t = whole; t < steps; t++) {
    for (tw_size c = 0; c < TW_PANEL; c++) panel[t * TW_PANEL + c] = c < columns ? from[c * pitch + t] : 0.0f;
  }
}

/* Asks for memory that is needed soon. */
TW_ALWAYS void tw_fetch(const float *from, tw_size count) {
  for (tw_size at = 0; at < count; at += 16) __builtin_prefetch(from + at, 1);
}

/* A number that is not 0, and where its row of the right operand begins in a panel. */
struct tw_entry {
  uint32_t at;
  float value;
};

/* The parts of a sum of so many steps. */
TW_ALWAYS tw_size tw_parts(tw_size steps) { return (steps + TW_PART - 1) / TW_PART; }

TW_ALWAYS void tw_row_of(const int panels, bool adds, tw_size count, const struct tw_entry *entries, const float *panel,
                         tw_size apart, float *sums) {
  tw_vector sum[TW_GROUP][TW_VECTORS];
#pragma GCC unroll 4
  for (int p = 0; p < panels; p++) {
#pragma GCC unroll 2
    for (int v = 0; v < TW_VECTORS; v++) {
      sum[p][v] = adds ? tw_load(sums + (p * TW_VECTORS + v) * TW_LANES) : (tw_vector){0};
    }
  }
  for (tw_size t = 0; t < count; t++) {
    const float *const right = panel + entries[t].at;
    const float value = entries[t].value;
#pragma GCC unroll 4
    for (int p = 0; p < panels; p++) {
#pragma GCC unroll 2
      for (int v = 0; v < TW_VECTORS; v++) sum[p][v] += value * tw_load(right + p * apart + v * TW_LANES);
    }
  }
#pragma GCC unroll 4
  for (int p = 0; p < panels; p++) {
#pragma GCC unroll 2
    for (int v = 0; v < TW_VECTORS; v++) tw_store(sums + (p * TW_VECTORS + v) * TW_LANES, sum[p][v]);
  }
}

/*
 * sums[p·TW_PANEL + column] = Σ_t value[t] · panel[p·apart + at[t] + column], added to what is there if so; in the
 * order of t as in tw_tile.
 */
static __attribute__((unused)) void tw_row(tw_size panels, bool adds, tw_size count, const struct tw_entry *entries,
                                           const float *panel, tw_size apart, float *sums) {
  switch (panels) {
    case 4:
      tw_row_of(4, adds, count, entries, panel, apart, sums);
      break;
    case 3:
      tw_row_of(3, adds, count, entries, panel, apart, sums);
      break;
    case 2:
      tw_row_of(2, adds, count, entries, panel, apart, sums);
      break;
    default:
      tw_row_of(1, adds, count, entries, panel, apart, sums);
  }
}
#endif
