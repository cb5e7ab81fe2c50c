// Quantised weights in panels times int8 activations; included by a file that defines Q8_ATTRIBUTES, Q8_MULTIPLY and
// dot4(sum, w, x, lane): to each of four 32-bit lanes four products of signed bytes, x's taken from its lane `lane`.
// The sums are those of linear_avx512_q8.h; codes stay at the bottom of their bytes.
#include "linear_neon.h"
#include <arm_neon.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")

Q8_ATTRIBUTES

// Registers of 4 rows that a tile takes at most.
enum { MOST = 8 };

INLINE uint8x16_t load(const char *p) { return vld1q_u8((const uint8_t *)p); }
// Bits s and up of `a` (shifted left if s is negative), masked.
INLINE uint8x16_t bits(uint8x16_t a, const int s, int mask) {
    return vandq_u8(vshlq_u8(a, vdupq_n_s8((int8_t)-s)), vdupq_n_u8((uint8_t)mask));
}

// How far right the prepared -128 * sum moves to become -offset * sum, 0 where codes have no offset.
INLINE int offset_shift(const ck_format f) {
    return f == CK_Q4_0 ? 4 : f == CK_Q5_0 ? 3 : f == CK_Q6_K ? 2 : f == CK_Q3_K ? 5 : 0;
}

// The 4 rows x 4 columns of group g; p is the sub-block, already moved to the rows wanted.
INLINE uint8x16_t codes(const ck_format f, const char *p, const int g) {
    const ck_panel_layout l = ck_layout(f);
    const char *low = p + l.high;
    const int t = g & 3;
    switch (f) {
    case CK_Q8_0: return load(low + g * CK_WORDS);
    case CK_IQ4_NL:
        return vreinterpretq_u8_s8(vqtbl1q_s8(vld1q_s8(ck_iq4nl_values), bits(load(low + t * CK_WORDS), g & 4, 0x0f)));
    case CK_Q4_0: case CK_Q4_1: case CK_Q4_K: return bits(load(low + t * CK_WORDS), g & 4, 0x0f);
    case CK_Q5_0: case CK_Q5_1: case CK_Q5_K:
        return vorrq_u8(bits(load(low + t * CK_WORDS), g & 4, 0x0f), bits(load(p), g - 4, 0x10));
    case CK_Q6_K: {
        const int word = (g & 1) + (g >> 2) * 2;
        return vorrq_u8(bits(load(low + word * CK_WORDS), 2 * (g & 2), 0x0f),
                        bits(load(p + (g >> 2) * CK_WORDS), 2 * t - 4, 0x30));
    }
    case CK_Q2_K: return bits(load(low + (g >> 2) * CK_WORDS), 2 * t, 0x03);
    case CK_Q3_K: return vorrq_u8(bits(load(low + (g >> 2) * CK_WORDS), 2 * t, 0x03), bits(load(p), g - 2, 0x04));
    default: return vdupq_n_u8(0);
    }
}

INLINE float32x4_t halves(const char *p) { return vcvt_f32_f16(vld1_f16((const __fp16 *)(const void *)p)); }
INLINE uint32x4_t widened(const char *p) {
    return vmovl_u16(vget_low_u16(vmovl_u8(vreinterpret_u8_u32(vdup_n_u32(ck_load32(p))))));
}
INLINE int32x4_t widened_signed(const char *p) {
    return vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_u32(vdup_n_u32(ck_load32(p))))));
}

// Scales of 4 rows from row r for sub-block j, half `half` (0 where a scale covers all 32 columns).
INLINE float32x4_t scale(const ck_format f, const char *b, int j, const int half, const int r) {
    const ck_panel_layout l = ck_layout(f);
    float32x4_t d = halves(b + 2 * r);
    const char *s = b + l.scales + (l.halves ? 2 * j + half : j) * CK_PANEL + r;
    switch (f) {
    case CK_Q2_K: return vmulq_f32(d, vcvtq_f32_u32(vandq_u32(widened(s), vdupq_n_u32(15))));
    case CK_Q3_K: case CK_Q6_K: return vmulq_f32(d, vcvtq_f32_s32(widened_signed(s)));
    case CK_Q4_K: case CK_Q5_K: return vmulq_f32(d, vcvtq_f32_u32(widened(s)));
    default: return d;
    }
}

INLINE float32x4_t minimum(const ck_format f, const char *b, int j, const int half, const int r) {
    const ck_panel_layout l = ck_layout(f);
    float32x4_t m = halves(b + l.min + 2 * r);
    const char *s = b + l.scales + r;
    switch (f) {
    case CK_Q2_K: return vnegq_f32(vmulq_f32(m, vcvtq_f32_u32(vshrq_n_u32(widened(s + (2 * j + half) * CK_PANEL), 4))));
    case CK_Q4_K: case CK_Q5_K: return vnegq_f32(vmulq_f32(m, vcvtq_f32_u32(widened(s + (8 + j) * CK_PANEL))));
    default: return m;
    }
}

INLINE const char *field(const char *x, const int width, const ck_x_field which, const int i) {
    return x + width * CK_QK + (which * width + i) * 4;
}
INLINE float field_float(const char *x, const int width, const ck_x_field which, const int i) {
    return ck_f32_from_bits(ck_load32(field(x, width, which, i)));
}

// The lane must be a literal for the instruction; after unrolling only one case is left.
INLINE int32x4_t dot4_of(int32x4_t sum, uint8x16_t w, int8x16_t x, const int lane) {
    int8x16_t v = vreinterpretq_s8_u8(w);
    switch (lane) {
    case 0: return dot4(sum, v, x, 0);
    case 1: return dot4(sum, v, x, 1);
    case 2: return dot4(sum, v, x, 2);
    default: return dot4(sum, v, x, 3);
    }
}

// One span of columns under one scale, for `count` registers of 4 rows; r is the first row.
INLINE void span(const ck_format f, const int width, const int count, const char *b, const char *p, int j,
                 const int half, int r, const char *x, float32x4_t sum[MOST][CK_NEON_GROUP]) {
    const ck_panel_layout l = ck_layout(f);
    int32x4_t dot[MOST][CK_NEON_GROUP];
    UNROLL for (int i = 0; i < width; i++) UNROLL for (int v = 0; v < count; v++) {
        const ck_x_field which = l.halves ? (half ? CK_X_OFFSET1 : CK_X_OFFSET0) : CK_X_OFFSET;
        int32_t start = offset_shift(f) ? (int32_t)ck_load32(field(x, width, which, i)) >> offset_shift(f) : 0;
        dot[v][i] = vdupq_n_s32(start);
    }
    UNROLL for (int s = 0; s < (l.halves ? 4 : 8); s++) {
        const int g = l.bits == 8 ? s : l.halves ? 4 * half + (s & 1) * 2 + (s >> 1) : (s & 1) * 4 + (s >> 1);
        UNROLL for (int v = 0; v < count; v++) {
            uint8x16_t w = codes(f, p + 4 * r + 16 * v, g);
            UNROLL for (int i = 0; i < width; i++) {
                int8x16_t codes_x = vld1q_s8((const int8_t *)x + i * CK_QK + 16 * (g >> 2));
                dot[v][i] = dot4_of(dot[v][i], w, codes_x, g & 3);
            }
        }
    }
    UNROLL for (int v = 0; v < count; v++) {
        float32x4_t d = scale(f, b, j, half, r + 4 * v);
        UNROLL for (int i = 0; i < width; i++) sum[v][i] =
            vfmaq_n_f32(sum[v][i], vmulq_f32(vcvtq_f32_s32(dot[v][i]), d), field_float(x, width, CK_X_SCALE, i));
        if (!l.min) continue;
        float32x4_t m = minimum(f, b, j, half, r + 4 * v);
        UNROLL for (int i = 0; i < width; i++) {
            const ck_x_field which = l.halves ? (half ? CK_X_SUM1 : CK_X_SUM0) : CK_X_SUM;
            sum[v][i] = vfmaq_n_f32(sum[v][i], m, field_float(x, width, which, i));
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
    float32x4_t sum[MOST][CK_NEON_GROUP];
    UNROLL for (int v = 0; v < count; v++) UNROLL for (int i = 0; i < width; i++) sum[v][i] = vdupq_n_f32(0);
    ROLLED for (int64_t s = to->k / l.columns; s > 0; s--) {
        const char *p = w + l.header;
        ROLLED for (int j = 0; j < l.columns / 32; j++) {
            span(f, width, count, w, p, j, 0, r, x, sum);
            if (l.halves) span(f, width, count, w, p, j, 1, r, x, sum);
            p += l.high + l.low;
            x += width * CK_X_BYTES;
        }
        w += l.header + l.columns / 32 * (l.high + l.low);
    }
    UNROLL for (int v = 0; v < count; v++) {
        const int first = r + 4 * v, left = (int)ck_min(4, to->columns - first);
        UNROLL for (int i = 0; i < width; i++) {
            float out[4];
            vst1q_f32(out, sum[v][i]);
            for (int c = 0; c < left; c++)
                to->y[i * to->ldy + first + c] = out[c] + (to->bias ? to->bias[first + c] : 0);
        }
    }
}

// A row of activations alone takes the whole panel at once, so that weights come in the order of memory.
INLINE void tile(const ck_format f, const int width, const char *w, const char *x, const destination *to) {
    if (width == 1) tile_part(f, 1, 8, 0, w, x, to);
    else for (int r = 0; r < CK_PANEL; r += 8) tile_part(f, width, 2, r, w, x, to);
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

void Q8_MULTIPLY(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0, int64_t n1,
                 const float *bias, float *y, int64_t ldy) {
    const size_t panel = ck_panel_bytes(plan->format, plan->k), x_row = ck_prepared_row_bytes(CK_ACT_Q8, plan->k);
    const int64_t pass = ck_rows_per_pass(panel / CK_PANEL, CK_PANEL), group = ck_group_width(CK_NEON_GROUP, m);
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
