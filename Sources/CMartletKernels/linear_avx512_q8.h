// Quantised weights in panels times int8 activations; included by a file that defines Q8_TARGET, Q8_MULTIPLY and
// dot4(sum, u8, s8), which adds four products to each 32-bit lane.
//
//   y = sum over blocks of scale_x * (scale_w * sum(code_w * code_x) + min_w * sum(code_x))
//
// The integer sums are exact. Signed codes are shifted to the top of an unsigned byte, 128 + code * 2^s, and the
// accumulator starts at -128 * sum(code_x), which removes the 128; 2^-s is applied once at the end.
//
// Multiplications are the limit: 8 of integers and 2 of floats for every 32 columns (3 where there are minimums or two
// scales). A tile keeps all its sums in registers, because a store costs as much as a multiplication.
#include "linear_avx512.h"
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")

#pragma clang attribute push(__attribute__((target(Q8_TARGET))), apply_to = function)

#include "linear_avx512_q8_codes.h"

// Rows of activations in a tile, beside two registers of weights: 12 integer and 12 float accumulators, or 8 integer
// ones and two times 8 floats where a sub-block has two scales.
enum { WIDTH = 6, WIDTH_HALVES = 4 };

// 32 columns of a panel: packed, sub-block `j` of `block` whose codes are at `p`, or unpacked at `p`:
//   codes [8 groups][32 rows][4], scales [1 or 2][32 rows] float, minimums likewise
typedef struct {
    const char *block, *p;
    int j;
} columns32;

enum { FLAT_CODES = 8 * CK_WORDS, FLAT_MOST = 12 * CK_WORDS };

INLINE int flat_bytes(const ck_format f) {
    const ck_panel_layout l = ck_layout(f);
    return FLAT_CODES + CK_WORDS * (l.halves ? 2 : 1) * (l.min ? 2 : 1);
}

INLINE __m512i codes_of(const ck_format f, const bool flat, columns32 c, const int g, const int r) {
    return flat ? load(c.p + g * CK_WORDS + 64 * r) : codes(f, c.p + 64 * r, g);
}
INLINE __m512 scale_of(const ck_format f, const bool flat, columns32 c, const int half, const int r) {
    return flat ? _mm512_load_ps(c.p + FLAT_CODES + half * CK_WORDS + 64 * r) : scale(f, c.block, c.j, half, 16 * r);
}
INLINE __m512 minimum_of(const ck_format f, const bool flat, columns32 c, const int half, const int r) {
    const int scales = ck_layout(f).halves ? 2 : 1;
    return flat ? _mm512_load_ps(c.p + FLAT_CODES + (scales + half) * CK_WORDS + 64 * r)
                : minimum(f, c.block, c.j, half, 16 * r);
}

INLINE const char *field(const char *x, const ck_x_field which) { return x + CK_QK + 4 * which; }
INLINE __m512 spread(const char *p) { return _mm512_set1_ps(*(const float *)(const void *)p); }
INLINE __m512i spread_word(const char *p) { return _mm512_set1_epi32(*(const int32_t *)(const void *)p); }

// The same sub-block of up to 6 rows of activations, by two pointers so that every row is one addressing mode away.
typedef struct {
    const char *first, *fourth;
    int64_t stride;
} rows6;

INLINE const char *row_of(rows6 x, const int i) {
    return i < 3 ? x.first + i * x.stride : x.fourth + (i - 3) * x.stride;
}

// The integer sums of the columns under one scale: all 32 of a sub-block, or half of it.
INLINE void integer_sums(const ck_format f, const bool flat, const int width, columns32 c, const int half, rows6 x,
                         __m512i dot[2][WIDTH]) {
    const ck_panel_layout l = ck_layout(f);
    UNROLL for (int i = 0; i < width; i++) {
        const ck_x_field which = l.halves ? (half ? CK_X_OFFSET1 : CK_X_OFFSET0) : CK_X_OFFSET;
        dot[0][i] = dot[1][i] = l.min ? _mm512_setzero_si512() : spread_word(field(row_of(x, i), which));
    }
    UNROLL for (int s = 0; s < (l.halves ? 4 : 8); s++) {
        // Groups that share a word of low bits follow each other.
        const int g = l.bits == 8 || flat ? (l.halves ? 4 * half : 0) + s
                    : l.halves ? 4 * half + (s & 1) * 2 + (s >> 1) : (s & 1) * 4 + (s >> 1);
        __m512i w0 = codes_of(f, flat, c, g, 0), w1 = codes_of(f, flat, c, g, 1);
        UNROLL for (int i = 0; i < width; i++) {
            __m512i v = spread_word(row_of(x, i) + 4 * g);
            dot[0][i] = dot4(dot[0][i], w0, v);
            dot[1][i] = dot4(dot[1][i], w1, v);
        }
    }
}

INLINE void add_columns(const ck_format f, const bool flat, const int width, columns32 c, rows6 x,
                        __m512 sum[2][WIDTH]) {
    const ck_panel_layout l = ck_layout(f);
    __m512i dot[2][WIDTH];
    __m512 scaled[2][WIDTH];
    integer_sums(f, flat, width, c, 0, x, dot);
    UNROLL for (int r = 0; r < 2; r++) {
        __m512 d = scale_of(f, flat, c, 0, r);
        UNROLL for (int i = 0; i < width; i++) scaled[r][i] = _mm512_cvtepi32_ps(dot[r][i]) * d;
    }
    if (l.halves) {
        integer_sums(f, flat, width, c, 1, x, dot);
        UNROLL for (int r = 0; r < 2; r++) {
            __m512 d = scale_of(f, flat, c, 1, r);
            UNROLL for (int i = 0; i < width; i++)
                scaled[r][i] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot[r][i]), d, scaled[r][i]);
        }
    }
    UNROLL for (int r = 0; r < 2; r++) UNROLL for (int i = 0; i < width; i++)
        sum[r][i] = _mm512_fmadd_ps(scaled[r][i], spread(field(row_of(x, i), CK_X_SCALE)), sum[r][i]);
    if (!l.min) return;
    UNROLL for (int half = 0; half <= l.halves; half++) UNROLL for (int r = 0; r < 2; r++) {
        __m512 m = minimum_of(f, flat, c, half, r);
        UNROLL for (int i = 0; i < width; i++) {
            const ck_x_field which = l.halves ? (half ? CK_X_SUM1 : CK_X_SUM0) : CK_X_SUM;
            sum[r][i] = _mm512_fmadd_ps(m, spread(field(row_of(x, i), which)), sum[r][i]);
        }
    }
}

// Some blocks of a panel times a few rows of activations.
typedef struct {
    const char *w;       // packed or unpacked
    int64_t blocks;
    const char *x;
    int64_t x_stride;
    char *sum;           // [rows][32] float, added to
    const char *ahead;   // weights that come later, brought into the L1 cache meanwhile
    int64_t lines;       // of them for every 32 columns
} stretch;

INLINE void tile(const ck_format f, const bool flat, const int width, const stretch *s) {
    const ck_panel_layout l = ck_layout(f);
    const char *w = s->w, *ahead = s->ahead;
    rows6 x = {s->x, s->x + 3 * s->x_stride, s->x_stride};
    __m512 sum[2][WIDTH];
    UNROLL for (int i = 0; i < width; i++)
        UNROLL for (int r = 0; r < 2; r++) sum[r][i] = _mm512_load_ps(s->sum + (2 * i + r) * 64);
    ROLLED for (int64_t left = s->blocks; left > 0; left--) {
        columns32 c = {w, flat ? w : w + l.header, 0};
        ROLLED for (; c.j < l.columns / 32; c.j++) {
            ROLLED for (int64_t i = s->lines; i > 0; i--, ahead += 64) _mm_prefetch(ahead, _MM_HINT_T0);
            add_columns(f, flat, width, c, x, sum);
            c.p += flat ? flat_bytes(f) : l.high + l.low;
            x.first += CK_X_BYTES;
            x.fourth += CK_X_BYTES;
        }
        w = c.p;
    }
    UNROLL for (int i = 0; i < width; i++)
        UNROLL for (int r = 0; r < 2; r++) _mm512_store_ps(s->sum + (2 * i + r) * 64, sum[r][i]);
}

// Blocks of a panel into the unpacked form, for many rows of activations.
INLINE void unpack(const ck_format f, const char *w, int64_t blocks, char *to) {
    const ck_panel_layout l = ck_layout(f);
    ROLLED for (; blocks > 0; blocks--) {
        columns32 c = {w, w + l.header, 0};
        ROLLED for (; c.j < l.columns / 32; c.j++) {
            UNROLL for (int g = 0; g < 8; g++) UNROLL for (int r = 0; r < 2; r++)
                _mm512_store_si512(to + g * CK_WORDS + 64 * r, codes_of(f, false, c, g, r));
            UNROLL for (int half = 0; half <= l.halves; half++) UNROLL for (int r = 0; r < 2; r++) {
                _mm512_store_ps(to + FLAT_CODES + half * CK_WORDS + 64 * r, scale_of(f, false, c, half, r));
                if (l.min) _mm512_store_ps(to + FLAT_CODES + (1 + l.halves + half) * CK_WORDS + 64 * r,
                                           minimum_of(f, false, c, half, r));
            }
            c.p += l.high + l.low;
            to += flat_bytes(f);
        }
        w = c.p;
    }
}

typedef void tile_function(const stretch *s);
typedef void unpack_function(const char *w, int64_t blocks, char *to);

typedef struct {
    int64_t width, flat_subs;  // rows of a tile at most; sub-blocks of a block as `flat` counts them
    tile_function *tile[WIDTH], *flat[WIDTH];  // by rows, from 1
    unpack_function *unpack;
} functions;

#define TILE(F, FLAT, NAME, W) \
    __attribute__((noinline)) static void NAME##_##F##_##W(const stretch *s) { tile(F, FLAT, W, s); }
#define TILES4(F, FLAT, NAME) \
    TILE(F, FLAT, NAME, 1) TILE(F, FLAT, NAME, 2) TILE(F, FLAT, NAME, 3) TILE(F, FLAT, NAME, 4)
#define TILES6(F, FLAT, NAME) TILES4(F, FLAT, NAME) TILE(F, FLAT, NAME, 5) TILE(F, FLAT, NAME, 6)
#define LIST4(F, NAME) NAME##_##F##_1, NAME##_##F##_2, NAME##_##F##_3, NAME##_##F##_4
#define LIST6(F, NAME) LIST4(F, NAME), NAME##_##F##_5, NAME##_##F##_6
#define UNPACK(F) \
    __attribute__((noinline)) static void unpack_##F(const char *w, int64_t blocks, char *to) { \
        unpack(F, w, blocks, to); \
    }

// Unpacked weights differ only in how many scales and minimums there are: one format stands for all that are alike.
TILES6(CK_Q5_0, true, flat) TILES6(CK_Q5_1, true, flat) TILES4(CK_Q6_K, true, flat) TILES4(CK_Q2_K, true, flat)

// A format whose weights are never unpacked, one that is with a scale to a sub-block, and one with two.
#define SIMPLE(F) \
    TILES6(F, false, tile) \
    static const functions functions_##F = {.width = WIDTH, .tile = {LIST6(F, tile)}};
#define WHOLE(F, LIKE) \
    TILES6(F, false, tile) UNPACK(F) \
    static const functions functions_##F = {WIDTH, 1, {LIST6(F, tile)}, {LIST6(LIKE, flat)}, unpack_##F};
#define HALVES(F, LIKE) \
    TILES4(F, false, tile) UNPACK(F) \
    static const functions functions_##F = {WIDTH_HALVES, 8, {LIST4(F, tile)}, {LIST4(LIKE, flat)}, unpack_##F};
SIMPLE(CK_Q8_0) SIMPLE(CK_Q4_0) SIMPLE(CK_Q4_1) SIMPLE(CK_IQ4_NL)
WHOLE(CK_Q5_0, CK_Q5_0) WHOLE(CK_Q5_1, CK_Q5_1) WHOLE(CK_Q4_K, CK_Q5_1) WHOLE(CK_Q5_K, CK_Q5_1)
HALVES(CK_Q6_K, CK_Q6_K) HALVES(CK_Q3_K, CK_Q6_K) HALVES(CK_Q2_K, CK_Q2_K)

static const functions *functions_of(ck_format f) {
#define CASE(F) case F: return &functions_##F;
    switch (f) {
    CASE(CK_Q8_0) CASE(CK_Q4_0) CASE(CK_Q4_1) CASE(CK_Q5_0) CASE(CK_Q5_1) CASE(CK_IQ4_NL)
    CASE(CK_Q2_K) CASE(CK_Q3_K) CASE(CK_Q4_K) CASE(CK_Q5_K) CASE(CK_Q6_K)
    default: return NULL;
    }
}

// Up to 16 columns of y from their sums.
INLINE void finish(__m512 sum, float factor, const float *bias, float *y, int64_t columns) {
    __mmask16 mask = columns >= 16 ? 0xffff : columns <= 0 ? 0 : (__mmask16)((1u << columns) - 1);
    __m512 b = bias ? _mm512_maskz_loadu_ps(mask, bias) : _mm512_setzero_ps();
    _mm512_mask_storeu_ps(y, mask, _mm512_fmadd_ps(sum, _mm512_set1_ps(factor), b));
}

enum {
    ROWS = 96,         // of activations that meet a panel together at most: their sums stay near
    X_BUDGET = 512 * 1024,  // bytes of those rows, which stay in the L2 cache; but never fewer than
    FEWEST_ROWS = 24,
    CHUNK = 9 * 1024,  // bytes of a panel that meet all those rows before the next, so that they come from the L1 cache
    CHUNK_FLAT = 256,  // columns of it where it is unpacked
    AHEAD = 4 * 1024,  // bytes from the end of the chunk to the weights asked for meanwhile
};

// Rows of activations from which unpacking a chunk once is faster than decoding it for every tile (measured).
static int64_t unpack_from(ck_format f) {
    const ck_panel_layout l = ck_layout(f);
    return l.halves ? 16 : l.high || l.columns == CK_SUPER ? 64 : INT64_MAX;
}

void Q8_MULTIPLY(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0, int64_t n1,
                 const float *bias, float *y, int64_t ldy) {
    const ck_format f = plan->format;
    const ck_panel_layout l = ck_layout(f);
    const functions *run = functions_of(f);
    const int64_t x_row = (int64_t)ck_prepared_row_bytes(CK_ACT_Q8, plan->k), subs = l.columns / 32;
    const int64_t panel = (int64_t)ck_panel_bytes(f, plan->k), block = (int64_t)ck_panel_block_bytes(f);
    const int64_t blocks = plan->k / l.columns, lines = (block / subs + 63) / 64;
    char sums[ROWS * CK_WORDS] __attribute__((aligned(64)));
    char room[2 * CHUNK_FLAT / 32 * FLAT_MOST] __attribute__((aligned(64)));
    const int64_t fit = X_BUDGET / x_row / 12 * 12, most = fit < FEWEST_ROWS ? FEWEST_ROWS : ck_min(fit, ROWS);
    for (int64_t first = 0; first < m; first += most) {
        const int64_t rows = ck_min(most, m - first), groups = (rows + run->width - 1) / run->width;
        const bool flat = rows >= unpack_from(f);
        const int64_t aim = flat ? CHUNK_FLAT / l.columns : ck_min(blocks, CHUNK / block);
        // Chunks of equal length, at most half as long again as aimed for.
        const int64_t chunks = groups == 1 || blocks < aim ? 1 : (blocks + aim / 2) / aim;
        const int64_t step = (blocks + chunks - 1) / chunks;
        for (int64_t n = n0; n < n1; n += CK_PANEL) {
            const char *w = (const char *)weight + n / CK_PANEL * panel;
            for (int64_t b = 0; b < blocks; b += step) {
                const int64_t count = ck_min(step, blocks - b), share = (lines + groups - 1) / groups;
                const char *from = w + b * block, *ahead = from + (groups == 1 ? 0 : count * block) + AHEAD;
                if (flat) run->unpack(from, count, room);
                stretch s = {.w = flat ? room : from, .blocks = flat ? count * subs / run->flat_subs : count,
                             .x = (const char *)prepared + first * x_row + b * subs * CK_X_BYTES, .x_stride = x_row,
                             .sum = sums, .ahead = ahead, .lines = share};
                for (int64_t g = 0, i = first; g < groups; g++) {
                    const int64_t width = rows / groups + (g < rows % groups);
                    if (b == 0) memset(s.sum, 0, (size_t)(width * CK_WORDS));
                    if (s.ahead >= ahead + count * block) s.lines = 0;
                    (flat ? run->flat : run->tile)[width - 1](&s);
                    // At once, not after all rows: the writes wait for memory while the next tile computes.
                    if (b + step >= blocks)
                        for (int64_t j = 0; j < 2 * width; j++) {
                            const int64_t column = n + 16 * (j & 1);
                            finish(_mm512_load_ps(s.sum + j * 64), post(f), bias ? bias + column : NULL,
                                   y + (i + j / 2) * ldy + column, n1 - column);
                        }
                    i += width, s.x += width * x_row, s.sum += width * CK_WORDS;
                    s.ahead += count * subs * share * 64;
                }
            }
        }
    }
}

#pragma clang attribute pop
