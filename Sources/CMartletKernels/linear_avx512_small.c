#if defined(__x86_64__)
// FP8 and FP4 weights in panels times bfloat16 activations. Weights become bfloat16, which is exact: for few rows of
// activations in registers, else 128 columns of a panel at a time in the L1 cache, where they meet all rows. Scales
// apply to float32 sums of segments, 64 columns or 32 where a scale covers no more, whatever the number of rows:
//
//   y = sum over segments of scale_w * sum(w * x)
#include "linear_avx512_small.h"
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")

enum {
    PAIR_BYTES = 4 * CK_PANEL,  // of two columns as bfloat16
    STRETCH = MOST_PER_SCALE,   // blocks that are bfloat16 at a time
    FUSED = 4,                  // rows of activations for which weights become bfloat16 in registers
    AHEAD = 4096,               // bytes from what is decoded to what is asked of memory meanwhile
    ROWS = 96,                  // of activations that meet a panel together at most: their sums stay near
    X_BUDGET = 512 * 1024,      // bytes of those rows, which stay in the L2 cache
};

#define TARGET "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma,f16c"
#pragma clang attribute push(__attribute__((target(TARGET))), apply_to = function)

// 64 bfloat16 numbers as pairs: rows 0 to 15, rows 16 to 31.
typedef struct {
    __m512i rows[2];
} pairs;

INLINE pairs interleave(__m512i low, __m512i high) {
    return (pairs){{_mm512_unpacklo_epi8(low, high), _mm512_unpackhi_epi8(low, high)}};
}

// The low and high bytes of the bfloat16 numbers of all codes: of E4M3's 128 magnitudes, or of E2M1's 16 codes in every
// quarter of the first register.
typedef struct {
    __m512i low[2], high[2];
} tables;

static tables make_fp4_tables(void) {
    static const uint8_t bytes[2][16] = {
        {0x00, 0x00, 0x80, 0xc0, 0x00, 0x40, 0x80, 0xc0, 0x00, 0x00, 0x80, 0xc0, 0x00, 0x40, 0x80, 0xc0},
        {0x00, 0x3f, 0x3f, 0x3f, 0x40, 0x40, 0x40, 0x40, 0x80, 0xbf, 0xbf, 0xbf, 0xc0, 0xc0, 0xc0, 0xc0}};
    const __m512i low = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)bytes[0]));
    const __m512i high = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)bytes[1]));
    return (tables){{low, low}, {high, high}};
}

// As half floats the magnitudes lack a factor of 2^8, and the last, which is NaN, is 480.
static tables make_f8_tables(void) {
    uint8_t low[128], high[128];
    UNROLL for (int c = 0; c < 128; c += 16) {
        const __m256i codes = _mm256_add_epi16(_mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                                               _mm256_set1_epi16((short)c));
        const __m512 values = _mm512_cvtph_ps(_mm256_slli_epi16(codes, 7)) * _mm512_set1_ps(0x1p8f);
        const __m512i bits = _mm512_srli_epi32((__m512i)values, 16);
        _mm_storeu_si128((__m128i *)(void *)(low + c), _mm512_cvtepi32_epi8(bits));
        _mm_storeu_si128((__m128i *)(void *)(high + c), _mm512_cvtepi32_epi8(_mm512_srli_epi32(bits, 8)));
    }
    low[127] = 0xc0, high[127] = 0x7f;
    return (tables){{_mm512_loadu_si512(low), _mm512_loadu_si512(low + 64)},
                       {_mm512_loadu_si512(high), _mm512_loadu_si512(high + 64)}};
}

#define VBMI __attribute__((target(TARGET ",avx512vbmi")))

VBMI INLINE pairs f8_pairs(const tables *t, __m512i codes) {
    const __m512i low = _mm512_permutex2var_epi8(t->low[0], codes, t->low[1]);
    const __m512i high = _mm512_permutex2var_epi8(t->high[0], codes, t->high[1]);
    // high | (codes & sign)
    return interleave(low, _mm512_ternarylogic_epi32(high, codes, _mm512_set1_epi8((char)0x80), 0xf8));
}

INLINE pairs fp4_pairs(const tables *t, __m512i codes, const int half) {
    const __m512i nibbles = _mm512_and_si512(half ? _mm512_srli_epi16(codes, 4) : codes, _mm512_set1_epi8(15));
    return interleave(_mm512_shuffle_epi8(t->low[0], nibbles), _mm512_shuffle_epi8(t->high[0], nibbles));
}

INLINE void store_pairs(pairs p, char *to) {
    _mm512_store_si512(to, p.rows[0]);
    _mm512_store_si512(to + 64, p.rows[1]);
}

// Blocks as bfloat16, [16 pairs][32 rows][2] each.
__attribute__((noinline)) VBMI static void decode_f8(const char *from, int64_t blocks, char *to, const tables *t) {
    ROLLED for (int64_t left = blocks * 16; left > 0; left--, from += 64, to += PAIR_BYTES) {
        _mm_prefetch(from + AHEAD, _MM_HINT_T0);
        store_pairs(f8_pairs(t, _mm512_loadu_si512(from)), to);
    }
}

__attribute__((noinline)) static void decode_fp4(const char *from, int64_t blocks, char *to, const tables *t) {
    ROLLED for (int64_t left = blocks * 8; left > 0; left--, from += 64, to += 2 * PAIR_BYTES) {
        _mm_prefetch(from + AHEAD, _MM_HINT_T0);
        const __m512i codes = _mm512_loadu_si512(from);
        store_pairs(fp4_pairs(t, codes, 0), to);
        store_pairs(fp4_pairs(t, codes, 1), to + PAIR_BYTES);
    }
}

// E8M0 to float32; 0 is the subnormal 2^-127, 255 NaN.
INLINE __m512 exponents(const char *p) {
    const __m512i e = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p));
    __m512i bits = _mm512_slli_epi32(e, 23);
    bits = _mm512_mask_mov_epi32(bits, _mm512_testn_epi32_mask(e, e), _mm512_set1_epi32(0x00400000));
    return (__m512)_mm512_mask_mov_epi32(bits, _mm512_cmpeq_epi32_mask(e, _mm512_set1_epi32(255)),
                                         _mm512_set1_epi32(0x7fc00000));
}

// Blocks of a panel times a group of activations.
typedef struct {
    const char *w;                 // as packed, or as bfloat16
    int64_t blocks, per_segment;   // the last segment may have fewer
    const char *scales;            // of the first segment
    int64_t per_scale;             // blocks
    const tables *tables;
} stretch;

typedef __m512 sums_of[2][CK_AVX512_BF16_GROUP];

INLINE void clear(const int width, sums_of sum) {
    UNROLL for (int r = 0; r < 2; r++) UNROLL for (int i = 0; i < width; i++) sum[r][i] = _mm512_setzero_ps();
}

INLINE void add_pairs(const int width, pairs w, const char *x, sums_of part) {
    UNROLL for (int i = 0; i < width; i++) {
        const __m512bh v = (__m512bh)_mm512_set1_epi32((int)ck_load32(x + 4 * i));
        UNROLL for (int r = 0; r < 2; r++) part[r][i] = _mm512_dpbf16_ps(part[r][i], (__m512bh)w.rows[r], v);
    }
}

// Weights that are bfloat16 already; `sum` is [rows][32] in memory.
INLINE void tile(const int width, const stretch *s, const char *x, float *sum) {
    const char *w = s->w;
    ROLLED for (int64_t b = 0; b < s->blocks; b += s->per_segment) {
        sums_of part;
        clear(width, part);
        ROLLED for (int64_t left = 16 * ck_min(s->per_segment, s->blocks - b); left > 0; left--) {
            add_pairs(width, (pairs){{_mm512_load_si512(w), _mm512_load_si512(w + 64)}}, x, part);
            w += PAIR_BYTES, x += 4 * width;
        }
        UNROLL for (int r = 0; r < 2; r++) {
            const char *scales = s->scales + b / s->per_scale * CK_PANEL * 4;
            const __m512 scale = _mm512_loadu_ps(scales + 64 * r);
            UNROLL for (int i = 0; i < width; i++) {
                float *to = sum + i * CK_PANEL + 16 * r;
                _mm512_store_ps(to, _mm512_fmadd_ps(part[r][i], scale, _mm512_load_ps(to)));
            }
        }
    }
}

INLINE void add_scaled(const int width, sums_of part, __m512 low, __m512 high, sums_of sum) {
    UNROLL for (int i = 0; i < width; i++) {
        sum[0][i] = _mm512_fmadd_ps(part[0][i], low, sum[0][i]);
        sum[1][i] = _mm512_fmadd_ps(part[1][i], high, sum[1][i]);
    }
}

INLINE void load_sums(const int width, const float *from, sums_of sum) {
    UNROLL for (int r = 0; r < 2; r++) UNROLL for (int i = 0; i < width; i++)
        sum[r][i] = _mm512_load_ps(from + i * CK_PANEL + 16 * r);
}

INLINE void store_sums(const int width, sums_of sum, float *to) {
    UNROLL for (int r = 0; r < 2; r++) UNROLL for (int i = 0; i < width; i++)
        _mm512_store_ps(to + i * CK_PANEL + 16 * r, sum[r][i]);
}

// Two segments go side by side where they can, as sums wait for each other.
VBMI INLINE void fused_f8(const int width, const stretch *s, const char *x, float *to) {
    const char *w = s->w;
    const tables t = *s->tables;
    sums_of sum;
    load_sums(width, to, sum);
    ROLLED for (int64_t b = 0; b < s->blocks;) {
        const char *scales = s->scales + b / s->per_scale * CK_PANEL * 4;
        const __m512 low = _mm512_loadu_ps(scales), high = _mm512_loadu_ps(scales + 64);
        const int64_t count = ck_min(s->per_segment, s->blocks - b);
        sums_of part[2];
        clear(width, part[0]);
        if (s->per_segment == 2 && s->blocks - b >= STRETCH) {
            enum { HALF = 32 };
            clear(width, part[1]);
            ROLLED for (int p = 0; p < HALF; p++) {
                _mm_prefetch(w + AHEAD, _MM_HINT_T0);
                _mm_prefetch(w + AHEAD + HALF * 64, _MM_HINT_T0);
                add_pairs(width, f8_pairs(&t, _mm512_loadu_si512(w)), x, part[0]);
                add_pairs(width, f8_pairs(&t, _mm512_loadu_si512(w + HALF * 64)), x + HALF * 4 * width, part[1]);
                w += 64, x += 4 * width;
            }
            w += HALF * 64, x += HALF * 4 * width, b += STRETCH;
            add_scaled(width, part[0], low, high, sum);
            add_scaled(width, part[1], low, high, sum);
            continue;
        }
        ROLLED for (int64_t left = 16 * count; left > 0; left--) {
            _mm_prefetch(w + AHEAD, _MM_HINT_T0);
            add_pairs(width, f8_pairs(&t, _mm512_loadu_si512(w)), x, part[0]);
            w += 64, x += 4 * width;
        }
        add_scaled(width, part[0], low, high, sum);
        b += count;
    }
    store_sums(width, sum, to);
}

INLINE void fused_fp4(const int width, const stretch *s, const char *x, float *to) {
    const char *w = s->w, *scales = s->scales;
    const tables t = *s->tables;
    sums_of sum;
    load_sums(width, to, sum);
    ROLLED for (int64_t left = s->blocks; left > 0; left--, scales += CK_PANEL) {
        sums_of part;
        clear(width, part);
        UNROLL for (int i = 0; i < 8; i++) {
            _mm_prefetch(w + AHEAD, _MM_HINT_T0);
            const __m512i codes = _mm512_loadu_si512(w);
            add_pairs(width, fp4_pairs(&t, codes, 0), x, part);
            add_pairs(width, fp4_pairs(&t, codes, 1), x + 4 * width, part);
            w += 64, x += 8 * width;
        }
        add_scaled(width, part, exponents(scales), exponents(scales + 16), sum);
    }
    store_sums(width, sum, to);
}

typedef void tile_function(const stretch *s, const char *x, float *sum);

#define TILE(W) \
    __attribute__((noinline)) static void tile_##W(const stretch *s, const char *x, float *sum) { tile(W, s, x, sum); }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12)
static tile_function *const tiles[] = {tile_1, tile_2, tile_3, tile_4,  tile_5,  tile_6,
                                       tile_7, tile_8, tile_9, tile_10, tile_11, tile_12};

#define FUSE(W) \
    __attribute__((noinline)) VBMI static void fused_f8_##W(const stretch *s, const char *x, float *sum) { \
        fused_f8(W, s, x, sum); \
    } \
    __attribute__((noinline)) static void fused_fp4_##W(const stretch *s, const char *x, float *sum) { \
        fused_fp4(W, s, x, sum); \
    }
FUSE(1) FUSE(2) FUSE(3) FUSE(4)
static tile_function *const fused[2][FUSED] = {{fused_fp4_1, fused_fp4_2, fused_fp4_3, fused_fp4_4},
                                               {fused_f8_1, fused_f8_2, fused_f8_3, fused_f8_4}};

// Up to 32 columns of a row of y.
INLINE void finish(const float *sum, const float *bias, float *y, int64_t columns) {
    UNROLL for (int r = 0; r < 2; r++) {
        const int64_t left = columns - 16 * r;
        const __mmask16 mask = left >= 16 ? 0xffff : left <= 0 ? 0 : (__mmask16)((1u << left) - 1);
        const __m512 b = bias ? _mm512_maskz_loadu_ps(mask, bias + 16 * r) : _mm512_setzero_ps();
        _mm512_mask_storeu_ps(y + 16 * r, mask, _mm512_load_ps(sum + 16 * r) + b);
    }
}

// All rows of activations [first, end) times a panel, sums into [rows][32].
typedef struct {
    const char *prepared;
    int64_t x_row, m, group, first, end;
} some_rows;

INLINE void run_groups(tile_function *const *by_width, const stretch *s, const some_rows *rows, int64_t b,
                       float *sums) {
    for (int64_t i = rows->first; i < rows->end; i += rows->group) {
        const int64_t width = ck_min(rows->group, rows->m - i);
        by_width[width - 1](s, rows->prepared + i * rows->x_row + b * 64 * width, sums + (i - rows->first) * CK_PANEL);
    }
}

static void multiply_panel(const ck_plan *plan, const char *panel, const tables *t, const some_rows *rows,
                           float *sums) {
    const bool f8 = is_f8(plan);
    const char *codes = panel + scale_bytes(plan);
    const int64_t blocks = blocks_of(plan);
    stretch s = {.w = codes, .blocks = blocks, .per_segment = segment_blocks(plan), .scales = panel,
                 .per_scale = scale_blocks(plan), .tables = t};
    if (rows->m <= FUSED) {
        run_groups(fused[f8], &s, rows, 0, sums);
        return;
    }
    float scales[STRETCH * CK_PANEL] __attribute__((aligned(64)));
    char wide[STRETCH * 16 * PAIR_BYTES] __attribute__((aligned(64)));
    s.w = wide;
    for (int64_t b = 0; b < blocks; b += STRETCH) {
        s.blocks = ck_min(STRETCH, blocks - b);
        if (f8) {
            decode_f8(codes + b * F8_BLOCK, s.blocks, wide, t);
            s.scales = panel + b / s.per_scale * CK_PANEL * 4;
        } else {
            decode_fp4(codes + b * FP4_BLOCK, s.blocks, wide, t);
            for (int64_t i = 0; i < 2 * s.blocks; i++)
                _mm512_store_ps(scales + 16 * i, exponents(panel + b * CK_PANEL + 16 * i));
            s.scales = (const char *)scales;
        }
        run_groups(tiles, &s, rows, b, sums);
    }
}

void ck_avx512_multiply_small(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0,
                              int64_t n1, const float *bias, float *y, int64_t ldy) {
    some_rows rows = {.prepared = prepared, .x_row = (int64_t)ck_prepared_row_bytes(CK_ACT_BF16, plan->k), .m = m,
                      .group = ck_group_width(CK_AVX512_BF16_GROUP, m)};
    const int64_t fit = ck_min(X_BUDGET / rows.x_row, ROWS) / rows.group, most = (fit < 1 ? 1 : fit) * rows.group;
    const tables t = is_f8(plan) ? make_f8_tables() : make_fp4_tables();
    float sums[ROWS * CK_PANEL] __attribute__((aligned(64)));
    for (rows.first = 0; rows.first < m; rows.first += most) {
        rows.end = ck_min(m, rows.first + most);
        for (int64_t n = n0; n < n1; n += CK_PANEL) {
            memset(sums, 0, (size_t)(rows.end - rows.first) * CK_PANEL * 4);
            multiply_panel(plan, (const char *)weight + (size_t)(n / CK_PANEL) * panel_bytes(plan), &t, &rows, sums);
            for (int64_t i = rows.first; i < rows.end; i++)
                finish(sums + (i - rows.first) * CK_PANEL, bias ? bias + n : NULL, y + i * ldy + n, n1 - n);
        }
    }
}

#pragma clang attribute pop
#endif
