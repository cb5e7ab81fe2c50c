#if defined(__x86_64__)
// Quantised weights in panels times int8 activations with VPMADDUBSW; the sums are those of linear_avx512_q8.h, but
// codes stay at the bottom of their bytes, where pairs of products fit 16 bits.
#include "linear_avx2.h"
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")

#pragma clang attribute push(__attribute__((target(CK_AVX2_TARGET))), apply_to = function)

// Registers of 8 rows that a tile takes at most.
enum { MOST = 4 };

INLINE __m256i load(const char *p) { return _mm256_loadu_si256((const __m256i *)(const void *)p); }
// Bits s and up of `a`, masked.
INLINE __m256i bits(__m256i a, const int s, int mask) {
    return _mm256_and_si256(s >= 0 ? _mm256_srli_epi16(a, s) : _mm256_slli_epi16(a, -s), _mm256_set1_epi8((char)mask));
}

// How far right the prepared -128 * sum moves to become -offset * sum, 0 where codes have no offset.
INLINE int offset_shift(const ck_format f) {
    return f == CK_Q4_0 ? 4 : f == CK_Q5_0 ? 3 : f == CK_Q6_K ? 2 : f == CK_Q3_K ? 5 : 0;
}

INLINE bool is_signed(const ck_format f) { return f == CK_Q8_0 || f == CK_IQ4_NL; }

// Groups whose sums of pairs fit 16 bits together: 2 * 127 * largest code * groups < 32768.
INLINE int groups_in_16_bits(const ck_format f) {
    switch (f) {
    case CK_Q8_0: case CK_IQ4_NL: return 1;
    case CK_Q6_K: return 2;
    case CK_Q5_0: case CK_Q5_1: case CK_Q5_K: return 4;
    default: return 8;
    }
}

// The 8 rows x 4 columns of group g; p is the sub-block, already moved to the rows wanted.
INLINE __m256i codes(const ck_format f, const char *p, const int g) {
    const ck_panel_layout l = ck_layout(f);
    const char *low = p + l.high;
    const int t = g & 3;
    switch (f) {
    case CK_Q8_0: return load(low + g * CK_WORDS);
    case CK_IQ4_NL: {
        const __m256i table =
            _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)ck_iq4nl_values));
        return _mm256_shuffle_epi8(table, bits(load(low + t * CK_WORDS), g & 4, 0x0f));
    }
    case CK_Q4_0: case CK_Q4_1: case CK_Q4_K: return bits(load(low + t * CK_WORDS), g & 4, 0x0f);
    case CK_Q5_0: case CK_Q5_1: case CK_Q5_K:
        return _mm256_or_si256(bits(load(low + t * CK_WORDS), g & 4, 0x0f), bits(load(p), g - 4, 0x10));
    case CK_Q6_K: {
        const int word = (g & 1) + (g >> 2) * 2;
        return _mm256_or_si256(bits(load(low + word * CK_WORDS), 2 * (g & 2), 0x0f),
                               bits(load(p + (g >> 2) * CK_WORDS), 2 * t - 4, 0x30));
    }
    case CK_Q2_K: return bits(load(low + (g >> 2) * CK_WORDS), 2 * t, 0x03);
    case CK_Q3_K:
        return _mm256_or_si256(bits(load(low + (g >> 2) * CK_WORDS), 2 * t, 0x03), bits(load(p), g - 2, 0x04));
    default: return _mm256_setzero_si256();
    }
}

INLINE __m256 halves(const char *p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)p)); }
INLINE __m256i widened(const char *p) {
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p));
}
INLINE __m256i widened_signed(const char *p) {
    return _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p));
}

// Scales of 8 rows from row r for sub-block j, half `half` (0 where a scale covers all 32 columns).
INLINE __m256 scale(const ck_format f, const char *b, int j, const int half, const int r) {
    const ck_panel_layout l = ck_layout(f);
    __m256 d = halves(b + 2 * r);
    const char *s = b + l.scales + (l.halves ? 2 * j + half : j) * CK_PANEL + r;
    switch (f) {
    case CK_Q2_K: return d * _mm256_cvtepi32_ps(_mm256_and_si256(widened(s), _mm256_set1_epi32(15)));
    case CK_Q3_K: case CK_Q6_K: return d * _mm256_cvtepi32_ps(widened_signed(s));
    case CK_Q4_K: case CK_Q5_K: return d * _mm256_cvtepi32_ps(widened(s));
    default: return d;
    }
}

INLINE __m256 minimum(const ck_format f, const char *b, int j, const int half, const int r) {
    const ck_panel_layout l = ck_layout(f);
    __m256 m = halves(b + l.min + 2 * r);
    const char *s = b + l.scales + r;
    switch (f) {
    case CK_Q2_K: return -m * _mm256_cvtepi32_ps(_mm256_srli_epi32(widened(s + (2 * j + half) * CK_PANEL), 4));
    case CK_Q4_K: case CK_Q5_K: return -m * _mm256_cvtepi32_ps(widened(s + (8 + j) * CK_PANEL));
    default: return m;
    }
}

INLINE const char *field(const char *x, const int width, const ck_x_field which, const int i) {
    return x + width * CK_QK + (which * width + i) * 4;
}
INLINE __m256 spread(const char *p) { return _mm256_broadcast_ss((const float *)(const void *)p); }
INLINE __m256i spread_word(const char *p) { return _mm256_set1_epi32(*(const int32_t *)(const void *)p); }

INLINE __m256i pairs(const ck_format f, __m256i w, __m256i magnitude, __m256i x) {
    return is_signed(f) ? _mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(x, w)) : _mm256_maddubs_epi16(w, x);
}

// One span of columns under one scale, for `count` registers of 8 rows; r is the first row.
INLINE void span(const ck_format f, const int width, const int count, const char *b, const char *p, int j,
                 const int half, int r, const char *x, __m256 sum[MOST][CK_AVX2_GROUP]) {
    const ck_panel_layout l = ck_layout(f);
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i dot[MOST][CK_AVX2_GROUP], narrow[MOST][CK_AVX2_GROUP];
    UNROLL for (int i = 0; i < width; i++) UNROLL for (int v = 0; v < count; v++) {
        const ck_x_field which = l.halves ? (half ? CK_X_OFFSET1 : CK_X_OFFSET0) : CK_X_OFFSET;
        dot[v][i] = offset_shift(f) ? _mm256_srai_epi32(spread_word(field(x, width, which, i)), offset_shift(f))
                                    : _mm256_setzero_si256();
    }
    const int groups = l.halves ? 4 : 8, batch = ck_min(groups, groups_in_16_bits(f));
    UNROLL for (int s = 0; s < groups; s++) {
        const int g = l.bits == 8 ? s : l.halves ? 4 * half + (s & 1) * 2 + (s >> 1) : (s & 1) * 4 + (s >> 1);
        UNROLL for (int v = 0; v < count; v++) {
            __m256i w = codes(f, p + 4 * r + 32 * v, g), magnitude = is_signed(f) ? _mm256_abs_epi8(w) : w;
            UNROLL for (int i = 0; i < width; i++) {
                __m256i t = pairs(f, w, magnitude, spread_word(x + i * CK_QK + 4 * g));
                narrow[v][i] = s % batch ? _mm256_add_epi16(narrow[v][i], t) : t;
                if (s % batch == batch - 1)
                    dot[v][i] = _mm256_add_epi32(dot[v][i], _mm256_madd_epi16(narrow[v][i], ones));
            }
        }
    }
    UNROLL for (int v = 0; v < count; v++) {
        __m256 d = scale(f, b, j, half, r + 8 * v);
        UNROLL for (int i = 0; i < width; i++) sum[v][i] =
            _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot[v][i]) * d, spread(field(x, width, CK_X_SCALE, i)), sum[v][i]);
        if (!l.min) continue;
        __m256 m = minimum(f, b, j, half, r + 8 * v);
        UNROLL for (int i = 0; i < width; i++) {
            const ck_x_field which = l.halves ? (half ? CK_X_SUM1 : CK_X_SUM0) : CK_X_SUM;
            sum[v][i] = _mm256_fmadd_ps(m, spread(field(x, width, which, i)), sum[v][i]);
        }
    }
}

typedef struct {
    int64_t k;
    const float *bias;  // of the panel's first row
    float *y;           // of the group's first row and the panel's first column
    int64_t ldy;
    int columns;        // of y that exist, at most 32
} destination;

INLINE void tile_part(const ck_format f, const int width, const int count, int r, const char *w, const char *x,
                      const destination *to) {
    const ck_panel_layout l = ck_layout(f);
    __m256 sum[MOST][CK_AVX2_GROUP];
    UNROLL for (int v = 0; v < count; v++) UNROLL for (int i = 0; i < width; i++) sum[v][i] = _mm256_setzero_ps();
    ROLLED for (int64_t s = to->k / l.columns; s > 0; s--) {
        const char *p = w + l.header;
        ROLLED for (int j = 0; j < l.columns / 32; j++) {
            // In the order of memory just before they are read in another: see linear_avx512_q8.h.
            const int slice = l.header / (l.columns / 32) + l.high + l.low;
            UNROLL for (int i = 0; i < (slice + 63) / 64; i++) _mm_prefetch(w + j * slice + 64 * i, _MM_HINT_T0);
            span(f, width, count, w, p, j, 0, r, x, sum);
            if (l.halves) span(f, width, count, w, p, j, 1, r, x, sum);
            p += l.high + l.low;
            x += width * CK_X_BYTES;
        }
        w += l.header + l.columns / 32 * (l.high + l.low);
    }
    UNROLL for (int v = 0; v < count; v++) {
        const int first = r + 8 * v, left = (int)ck_min(8, to->columns - first);
        UNROLL for (int i = 0; i < width; i++) {
            float out[8];
            _mm256_storeu_ps(out, sum[v][i]);
            for (int c = 0; c < left; c++)
                to->y[i * to->ldy + first + c] = out[c] + (to->bias ? to->bias[first + c] : 0);
        }
    }
}

// A row of activations alone takes the whole panel at once, so that weights come in the order of memory.
INLINE void tile(const ck_format f, const int width, const char *w, const char *x, const destination *to) {
    if (width == 1) tile_part(f, 1, 4, 0, w, x, to);
    else for (int r = 0; r < CK_PANEL; r += 16) tile_part(f, width, 2, r, w, x, to);
}

#define TILE(F, W) \
    __attribute__((noinline)) static void tile_##F##_##W(const char *w, const char *x, const destination *to) { \
        tile(F, W, w, x, to); \
    }
#define TILES(F) TILE(F, 1) TILE(F, 2) TILE(F, 3) TILE(F, 4)
TILES(CK_Q8_0) TILES(CK_Q4_0) TILES(CK_Q4_1) TILES(CK_Q5_0) TILES(CK_Q5_1) TILES(CK_IQ4_NL)
TILES(CK_Q2_K) TILES(CK_Q3_K) TILES(CK_Q4_K) TILES(CK_Q5_K) TILES(CK_Q6_K)

typedef void tile_function(const char *w, const char *x, const destination *to);

static tile_function *tile_of(ck_format f, int64_t width) {
#define TILE_TABLE(F) \
    case F: { \
        static tile_function *const by_width[] = {tile_##F##_1, tile_##F##_2, tile_##F##_3, tile_##F##_4}; \
        return by_width[width - 1]; \
    }
    switch (f) {
    TILE_TABLE(CK_Q8_0) TILE_TABLE(CK_Q4_0) TILE_TABLE(CK_Q4_1) TILE_TABLE(CK_Q5_0) TILE_TABLE(CK_Q5_1)
    TILE_TABLE(CK_IQ4_NL) TILE_TABLE(CK_Q2_K) TILE_TABLE(CK_Q3_K) TILE_TABLE(CK_Q4_K) TILE_TABLE(CK_Q5_K)
    TILE_TABLE(CK_Q6_K)
    default: return NULL;
    }
}

void ck_avx2_multiply_q8(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0,
                         int64_t n1, const float *bias, float *y, int64_t ldy) {
    const size_t panel = ck_panel_bytes(plan->format, plan->k), x_row = ck_prepared_row_bytes(CK_ACT_Q8, plan->k);
    const int64_t pass = ck_rows_per_pass(panel / CK_PANEL, CK_PANEL), group = ck_group_width(CK_AVX2_GROUP, m);
    for (int64_t first = n0; first < n1; first += pass) {
        int64_t last = ck_min(n1, first + pass);
        for (int64_t i = 0; i < m; i += group) {
            tile_function *run = tile_of(plan->format, ck_min(group, m - i));
            const char *x = (const char *)prepared + (size_t)i * x_row;
            for (int64_t n = first; n < last; n += CK_PANEL) {
                destination to = {plan->k, bias ? bias + n : NULL, y + i * ldy + n, ldy,
                                  (int)ck_min(CK_PANEL, last - n)};
                run((const char *)weight + (size_t)(n / CK_PANEL) * panel, x, &to);
            }
        }
    }
}

#pragma clang attribute pop
#endif
