// Quantised weights in panels times int8 activations; included by a file that defines Q8_TARGET, Q8_MULTIPLY and
// dot4(sum, u8, s8), which adds four products to each 32-bit lane.
//
//   y = sum over blocks of scale_x * (scale_w * sum(code_w * code_x) + min_w * sum(code_x))
//
// The integer sums are exact. Signed codes are shifted to the top of an unsigned byte, 128 + code * 2^s, and the
// accumulator starts at -128 * sum(code_x), which removes the 128; 2^-s is applied once at the end.
#include "linear_avx512.h"
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")

#pragma clang attribute push(__attribute__((target(Q8_TARGET))), apply_to = function)

INLINE __m512i load(const char *p) { return _mm512_loadu_si512(p); }
INLINE __m512i bytes(int v) { return _mm512_set1_epi8((char)v); }
INLINE __m512i both(__m512i a, int mask) { return _mm512_and_si512(a, bytes(mask)); }
// Bits of `a` shifted left by s (right if negative); callers mask, as bits cross between bytes.
INLINE __m512i moved(__m512i a, const int s) {
    return s >= 0 ? _mm512_slli_epi16(a, (unsigned)s) : _mm512_srli_epi16(a, (unsigned)-s);
}
// mask ? b : a
INLINE __m512i choose(__m512i a, __m512i b, int mask) { return _mm512_ternarylogic_epi32(a, b, bytes(mask), 0xd8); }

// What the codes are multiplied by beside the scale.
INLINE float post(const ck_format f) {
    return f == CK_Q4_0 ? 0x1p-4f : f == CK_Q5_0 ? 0x1p-3f : f == CK_Q6_K ? 0x1p-2f : f == CK_Q3_K ? 0x1p-5f : 1.0f;
}

// The 16 rows x 4 columns of group g, as unsigned bytes; p is the sub-block, already moved to the rows wanted.
INLINE __m512i codes(const ck_format f, const char *p, const int g) {
    const ck_panel_layout l = ck_layout(f);
    const char *low = p + l.high;
    const int t = g & 3;
    switch (f) {
    case CK_Q8_0: return _mm512_xor_si512(load(low + g * CK_WORDS), bytes(0x80));
    case CK_Q4_0: return both(moved(load(low + t * CK_WORDS), g < 4 ? 4 : 0), 0xf0);
    case CK_IQ4_NL: {
        const __m512i table =
            _mm512_broadcast_i32x4(_mm_setr_epi8(1, 24, 45, 63, 79, 93, 106, 118, (char)129, (char)141, (char)153,
                                                 (char)166, (char)181, (char)197, (char)217, (char)241));
        return _mm512_shuffle_epi8(table, both(moved(load(low + t * CK_WORDS), g < 4 ? 0 : -4), 0x0f));
    }
    case CK_Q4_1: case CK_Q4_K: return both(moved(load(low + t * CK_WORDS), g < 4 ? 0 : -4), 0x0f);
    case CK_Q5_0: {
        __m512i q = both(moved(load(low + t * CK_WORDS), g < 4 ? 3 : -1), 0x78);
        return choose(q, moved(load(p), 7 - g), 0x80);
    }
    case CK_Q5_1: case CK_Q5_K: {
        __m512i q = both(moved(load(low + t * CK_WORDS), g < 4 ? 0 : -4), 0x0f);
        return choose(q, moved(load(p), 4 - g), 0x10);
    }
    case CK_Q6_K: {
        const int word = (g & 1) + (g >> 2) * 2;
        __m512i q = both(moved(load(low + word * CK_WORDS), g & 2 ? -2 : 2), 0x3c);
        return choose(q, moved(load(p + (g >> 2) * CK_WORDS), 6 - 2 * t), 0xc0);
    }
    case CK_Q2_K: return both(moved(load(low + (g >> 2) * CK_WORDS), -2 * t), 0x03);
    case CK_Q3_K: {
        __m512i q = both(moved(load(low + (g >> 2) * CK_WORDS), 5 - 2 * t), 0x60);
        return choose(q, moved(load(p), 7 - g), 0x80);
    }
    default: return _mm512_setzero_si512();
    }
}

INLINE __m512 halves(const char *p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)p)); }
INLINE __m512i widened(const char *p) {
    return _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p));
}
INLINE __m512i widened_signed(const char *p) {
    return _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p));
}

// Scales of 16 rows for sub-block j, half `half` (0 where a scale covers all 32 columns); r is the first row.
INLINE __m512 scale(const ck_format f, const char *b, int j, const int half, const int r) {
    const ck_panel_layout l = ck_layout(f);
    __m512 d = halves(b + 2 * r);
    const char *s = b + l.scales + (l.halves ? 2 * j + half : j) * CK_PANEL + r;
    switch (f) {
    case CK_Q2_K: return d * _mm512_cvtepi32_ps(_mm512_and_si512(widened(s), _mm512_set1_epi32(15)));
    case CK_Q3_K: case CK_Q6_K: return d * _mm512_cvtepi32_ps(widened_signed(s));
    case CK_Q4_K: case CK_Q5_K: return d * _mm512_cvtepi32_ps(widened(s));
    default: return d;
    }
}

INLINE __m512 minimum(const ck_format f, const char *b, int j, const int half, const int r) {
    const ck_panel_layout l = ck_layout(f);
    __m512 m = halves(b + l.min + 2 * r);
    const char *s = b + l.scales + r;
    switch (f) {
    case CK_Q2_K: return -m * _mm512_cvtepi32_ps(_mm512_srli_epi32(widened(s + (2 * j + half) * CK_PANEL), 4));
    case CK_Q4_K: case CK_Q5_K: return -m * _mm512_cvtepi32_ps(widened(s + (8 + j) * CK_PANEL));
    default: return m;
    }
}

INLINE const char *field(const char *x, const int width, const ck_x_field which, const int i) {
    return x + width * CK_QK + (which * width + i) * 4;
}
INLINE __m512 spread(const char *p) { return _mm512_set1_ps(*(const float *)(const void *)p); }
INLINE __m512i spread_word(const char *p) { return _mm512_set1_epi32(*(const int32_t *)(const void *)p); }

// One span of columns under one scale: all 32 of a sub-block, or half of it.
INLINE void span(const ck_format f, const int width, const char *b, const char *p, int j, const int half, const char *x,
                 __m512 sum[2][CK_AVX512_GROUP]) {
    const ck_panel_layout l = ck_layout(f);
    const bool offset = !l.min;
    __m512i dot[2][CK_AVX512_GROUP];
    UNROLL for (int i = 0; i < width; i++) {
        const ck_x_field which = l.halves ? (half ? CK_X_OFFSET1 : CK_X_OFFSET0) : CK_X_OFFSET;
        dot[0][i] = dot[1][i] = offset ? spread_word(field(x, width, which, i)) : _mm512_setzero_si512();
    }
    UNROLL for (int s = 0; s < (l.halves ? 4 : 8); s++) {
        // Groups that share a word of low bits follow each other.
        const int g = l.bits == 8 ? s : l.halves ? 4 * half + (s & 1) * 2 + (s >> 1) : (s & 1) * 4 + (s >> 1);
        __m512i w0 = codes(f, p, g), w1 = codes(f, p + 64, g);
        UNROLL for (int i = 0; i < width; i++) {
            __m512i v = spread_word(x + i * CK_QK + 4 * g);
            dot[0][i] = dot4(dot[0][i], w0, v);
            dot[1][i] = dot4(dot[1][i], w1, v);
        }
    }
    UNROLL for (int r = 0; r < 2; r++) {
        __m512 d = scale(f, b, j, half, 16 * r);
        UNROLL for (int i = 0; i < width; i++) sum[r][i] =
            _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot[r][i]) * d, spread(field(x, width, CK_X_SCALE, i)), sum[r][i]);
    }
    if (!l.min) return;
    UNROLL for (int r = 0; r < 2; r++) {
        __m512 m = minimum(f, b, j, half, 16 * r);
        UNROLL for (int i = 0; i < width; i++) {
            const ck_x_field which = l.halves ? (half ? CK_X_SUM1 : CK_X_SUM0) : CK_X_SUM;
            sum[r][i] = _mm512_fmadd_ps(m, spread(field(x, width, which, i)), sum[r][i]);
        }
    }
}

typedef struct {
    int64_t k;
    const float *bias;  // of the panel's first row
    float *y;           // of the group's first row and the panel's first column
    int64_t ldy;
    int columns;        // of y that exist, at most 32
    int64_t ahead;      // bytes from the panel to one that is brought into the L2 cache meanwhile, 0: none
} destination;

INLINE void tile(const ck_format f, const int width, const char *w, const char *x, const destination *to) {
    const ck_panel_layout l = ck_layout(f);
    __m512 sum[2][CK_AVX512_GROUP];
    UNROLL for (int i = 0; i < width; i++) sum[0][i] = sum[1][i] = _mm512_setzero_ps();
    ROLLED for (int64_t s = to->k / l.columns; s > 0; s--) {
        const char *p = w + l.header;
        ROLLED for (int j = 0; j < l.columns / 32; j++) {
            // Asked for in the order of memory just before they are read in another, the lines of a sub-block
            // arrive from DRAM up to three times faster.
            const int slice = l.header / (l.columns / 32) + l.high + l.low;
            UNROLL for (int i = 0; i < (slice + 63) / 64; i++) _mm_prefetch(w + j * slice + 64 * i, _MM_HINT_T0);
            if (to->ahead)
                UNROLL for (int i = 0; i < (slice + 63) / 64; i++)
                    _mm_prefetch(w + to->ahead + j * slice + 64 * i, _MM_HINT_T1);
            span(f, width, w, p, j, 0, x, sum);
            if (l.halves) span(f, width, w, p, j, 1, x, sum);
            p += l.high + l.low;
            x += width * CK_X_BYTES;
        }
        w += l.header + l.columns / 32 * (l.high + l.low);
    }
    UNROLL for (int r = 0; r < 2; r++) {
        int left = to->columns - 16 * r;
        __mmask16 mask = left >= 16 ? 0xffff : left <= 0 ? 0 : (__mmask16)((1u << left) - 1);
        __m512 bias = to->bias ? _mm512_maskz_loadu_ps(mask, to->bias + 16 * r) : _mm512_setzero_ps();
        UNROLL for (int i = 0; i < width; i++) _mm512_mask_storeu_ps(
            to->y + i * to->ldy + 16 * r, mask, _mm512_fmadd_ps(sum[r][i], _mm512_set1_ps(post(f)), bias));
    }
}

#define TILE(F, W) \
    __attribute__((noinline)) static void tile_##F##_##W(const char *w, const char *x, const destination *to) { \
        tile(F, W, w, x, to); \
    }
#define TILES(F) TILE(F, 1) TILE(F, 2) TILE(F, 3) TILE(F, 4) TILE(F, 5) TILE(F, 6)
TILES(CK_Q8_0) TILES(CK_Q4_0) TILES(CK_Q4_1) TILES(CK_Q5_0) TILES(CK_Q5_1) TILES(CK_IQ4_NL)
TILES(CK_Q2_K) TILES(CK_Q3_K) TILES(CK_Q4_K) TILES(CK_Q5_K) TILES(CK_Q6_K)

typedef void tile_function(const char *w, const char *x, const destination *to);

static tile_function *tile_of(ck_format f, int64_t width) {
#define TILE_TABLE(F) \
    case F: { \
        static tile_function *const by_width[] = {tile_##F##_1, tile_##F##_2, tile_##F##_3, \
                                                  tile_##F##_4, tile_##F##_5, tile_##F##_6}; \
        return by_width[width - 1]; \
    }
    switch (f) {
    TILE_TABLE(CK_Q8_0) TILE_TABLE(CK_Q4_0) TILE_TABLE(CK_Q4_1) TILE_TABLE(CK_Q5_0) TILE_TABLE(CK_Q5_1)
    TILE_TABLE(CK_IQ4_NL) TILE_TABLE(CK_Q2_K) TILE_TABLE(CK_Q3_K) TILE_TABLE(CK_Q4_K) TILE_TABLE(CK_Q5_K)
    TILE_TABLE(CK_Q6_K)
    default: return NULL;
    }
}

void Q8_MULTIPLY(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0, int64_t n1,
                 const float *bias, float *y, int64_t ldy) {
    const size_t panel = ck_panel_bytes(plan->format, plan->k), x_row = ck_prepared_row_bytes(CK_ACT_Q8, plan->k);
    const int64_t pass = ck_rows_per_pass(panel / CK_PANEL, CK_PANEL), group = ck_group_width(CK_AVX512_GROUP, m);
    for (int64_t first = n0; first < n1; first += pass) {
        int64_t last = ck_min(n1, first + pass);
        for (int64_t i = 0; i < m; i += group) {
            tile_function *run = tile_of(plan->format, ck_min(group, m - i));
            const char *x = (const char *)prepared + (size_t)i * x_row;
            for (int64_t n = first; n < last; n += CK_PANEL) {
                destination to = {plan->k, bias ? bias + n : NULL,          y + i * ldy + n,
                                  ldy,     (int)ck_min(CK_PANEL, last - n), 0};
                // The second group of activations finds its weights in the cache, so memory is free for the next pass.
                if (i == group && n + pass < n1) to.ahead = (int64_t)panel * (pass / CK_PANEL);
                run((const char *)weight + (size_t)(n / CK_PANEL) * panel, x, &to);
            }
        }
    }
}

#pragma clang attribute pop
