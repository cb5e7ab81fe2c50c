#ifndef CK_LINEAR_BLOCKS_H
#define CK_LINEAR_BLOCKS_H
// The stored block layouts (ggml-common.h) and their decoding, shared by every instruction set.
#include "ck_linear.h"
#include <string.h>

enum { CK_QK = 32, CK_SUPER = 256 };

static inline int64_t ck_block_size(ck_format f) {
    switch (f) {
    case CK_F32: case CK_F16: case CK_BF16: case CK_F8_E4M3: return 1;
    case CK_E2M1: return 2;
    case CK_Q2_K: case CK_Q3_K: case CK_Q4_K: case CK_Q5_K: case CK_Q6_K: return CK_SUPER;
    case CK_Q4_0: case CK_Q4_1: case CK_Q5_0: case CK_Q5_1: case CK_Q8_0: case CK_IQ4_NL:
    case CK_MXFP4: return CK_QK;
    }
    return 0;
}

static inline size_t ck_block_bytes(ck_format f) {
    switch (f) {
    case CK_F32: return 4;
    case CK_F16: case CK_BF16: return 2;
    case CK_F8_E4M3: case CK_E2M1: return 1;
    case CK_MXFP4: return 17;
    case CK_Q4_0: case CK_IQ4_NL: return 18;
    case CK_Q4_1: return 20;
    case CK_Q5_0: return 22;
    case CK_Q5_1: return 24;
    case CK_Q8_0: return 34;
    case CK_Q2_K: return 84;
    case CK_Q3_K: return 110;
    case CK_Q4_K: return 144;
    case CK_Q5_K: return 176;
    case CK_Q6_K: return 210;
    }
    return 0;
}

static inline size_t ck_row_bytes(ck_format f, int64_t k) { return (size_t)(k / ck_block_size(f)) * ck_block_bytes(f); }

// FP8 and FP4: floating point too small to multiply as it is, with scales of 32 or more columns.
static inline bool ck_is_small_float(ck_format f) { return f == CK_F8_E4M3 || f == CK_E2M1 || f == CK_MXFP4; }

// Integers with scales.
static inline bool ck_is_quantized(ck_format f) { return ck_block_size(f) > 1 && !ck_is_small_float(f); }

// True where a row is a whole number of blocks, nothing is empty, and only FP8 and FP4 have scales apart.
static inline bool ck_shape_ok(ck_format f, int64_t n, int64_t k, int64_t scale_columns) {
    int64_t block = f == CK_E2M1 ? CK_QK : ck_block_size(f);
    bool scales = f == CK_F8_E4M3 ? scale_columns >= 0 : scale_columns == (f == CK_E2M1 ? CK_QK : 0);
    return block > 0 && n > 0 && k > 0 && k % block == 0 && scales;
}

static inline float ck_f32_from_bits(uint32_t u) { float f; memcpy(&f, &u, 4); return f; }
static inline uint32_t ck_bits_of_f32(float f) { uint32_t u; memcpy(&u, &f, 4); return u; }
static inline uint16_t ck_load16(const void *p) { uint16_t u; memcpy(&u, p, 2); return u; }
static inline uint32_t ck_load32(const void *p) { uint32_t u; memcpy(&u, p, 4); return u; }
static inline void ck_store32(void *p, uint32_t u) { memcpy(p, &u, 4); }

static inline float ck_f32_from_bf16(uint16_t h) { return ck_f32_from_bits((uint32_t)h << 16); }

// Round to nearest even; NaN stays NaN.
static inline uint16_t ck_bf16_from_f32(float f) {
    uint32_t u = ck_bits_of_f32(f);
    uint32_t rounded = (u + 0x7fff + ((u >> 16) & 1)) >> 16;
    return (uint16_t)((u & 0x7fffffff) > 0x7f800000 ? (u >> 16) | 0x40 : rounded);
}

// Exact for every half, subnormals, infinities and NaN included, and free of branches so that loops vectorise.
static inline float ck_f32_from_f16(uint16_t h) {
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, body = (uint32_t)(h & 0x7fff) << 13;
    uint32_t special = (h & 0x7c00) == 0x7c00 ? 0x7f800000 : 0;
    // 2^112 moves the exponent's bias from 15 to 127 and makes subnormals normal in the same product.
    uint32_t u = ck_bits_of_f32(ck_f32_from_bits(body) * ck_f32_from_bits((uint32_t)(127 + 112) << 23));
    return ck_f32_from_bits(sign | u | special);
}

static inline float ck_load_f16(const void *p) { return ck_f32_from_f16(ck_load16(p)); }

static const int8_t ck_iq4nl_values[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

// Up to 256 weights decoded: weight[i] = scale[i / 16] * code[i] + min[i / 16].
typedef struct {
    int8_t code[CK_SUPER];
    float scale[CK_SUPER / 16], min[CK_SUPER / 16];
} ck_decoded;

// The 6-bit scales and mins of Q4_K and Q5_K.
static inline void ck_k4_scales(const uint8_t *packed, uint8_t scale[8], uint8_t min[8]) {
    for (int j = 0; j < 4; j++) {
        scale[j] = packed[j] & 63;
        min[j] = packed[4 + j] & 63;
        scale[4 + j] = (packed[8 + j] & 15) | ((packed[j] >> 2) & 0x30);
        min[4 + j] = (packed[8 + j] >> 4) | ((packed[4 + j] >> 2) & 0x30);
    }
}

// The 6-bit scales of Q3_K, offset removed.
static inline void ck_q3k_scales(const uint8_t *packed, int8_t scale[16]) {
    for (int j = 0; j < 16; j++) {
        int low = (packed[j & 7] >> (4 * (j >> 3))) & 15, high = (packed[8 + (j & 3)] >> (2 * (j >> 2))) & 3;
        scale[j] = (int8_t)((low | high << 4) - 32);
    }
}

static inline void ck_nibbles(const uint8_t *q, int8_t *code, int offset) {
    for (int i = 0; i < 16; i++) {
        code[i] = (int8_t)((q[i] & 15) - offset);
        code[16 + i] = (int8_t)((q[i] >> 4) - offset);
    }
}

static inline void ck_fill_pair(float *p, float v) { p[0] = p[1] = v; }

// One block of 32; `scale` and `min` take two values.
static inline void ck_decode32(ck_format f, const uint8_t *b, int8_t *code, float *scale, float *min) {
    ck_fill_pair(scale, ck_load_f16(b));
    ck_fill_pair(min, 0);
    switch (f) {
    case CK_Q8_0: memcpy(code, b + 2, 32); break;
    case CK_Q4_0: ck_nibbles(b + 2, code, 8); break;
    case CK_Q4_1:
        ck_fill_pair(min, ck_load_f16(b + 2));
        ck_nibbles(b + 4, code, 0);
        break;
    case CK_IQ4_NL:
        ck_nibbles(b + 2, code, 0);
        for (int i = 0; i < 32; i++) code[i] = ck_iq4nl_values[code[i]];
        break;
    case CK_Q5_0: case CK_Q5_1: {
        int shift = f == CK_Q5_1 ? 2 : 0;
        uint32_t high = ck_load32(b + 2 + shift);
        if (f == CK_Q5_1) ck_fill_pair(min, ck_load_f16(b + 2));
        ck_nibbles(b + 6 + shift, code, 0);
        for (int i = 0; i < 32; i++) code[i] = (int8_t)((code[i] | ((high >> i) & 1) << 4) - (f == CK_Q5_0 ? 16 : 0));
        break;
    }
    default: break;
    }
}

// One block of 256.
static inline void ck_decode256(ck_format f, const uint8_t *b, ck_decoded *out) {
    for (int j = 0; j < 16; j++) out->min[j] = 0;
    switch (f) {
    case CK_Q2_K: {
        float d = ck_load_f16(b + 80), dmin = ck_load_f16(b + 82);
        for (int j = 0; j < 16; j++) {
            out->scale[j] = d * (float)(b[j] & 15);
            out->min[j] = -(dmin * (float)(b[j] >> 4));
        }
        for (int g = 0; g < 8; g++)
            for (int i = 0; i < 32; i++)
                out->code[g * 32 + i] = (int8_t)((b[16 + (g >> 2) * 32 + i] >> (2 * (g & 3))) & 3);
        break;
    }
    case CK_Q3_K: {
        float d = ck_load_f16(b + 108);
        int8_t sc[16];
        ck_q3k_scales(b + 96, sc);
        for (int j = 0; j < 16; j++) out->scale[j] = d * (float)sc[j];
        for (int g = 0; g < 8; g++)
            for (int i = 0; i < 32; i++) {
                int low = (b[32 + (g >> 2) * 32 + i] >> (2 * (g & 3))) & 3, high = (b[i] >> g) & 1;
                out->code[g * 32 + i] = (int8_t)(low + 4 * high - 4);
            }
        break;
    }
    case CK_Q4_K: case CK_Q5_K: {
        float d = ck_load_f16(b), dmin = ck_load_f16(b + 2);
        uint8_t sc[8], mn[8];
        ck_k4_scales(b + 4, sc, mn);
        const uint8_t *high = b + 16, *q = f == CK_Q5_K ? b + 48 : b + 16;
        for (int g = 0; g < 8; g++) {
            ck_fill_pair(out->scale + 2 * g, d * (float)sc[g]);
            ck_fill_pair(out->min + 2 * g, -(dmin * (float)mn[g]));
            for (int i = 0; i < 32; i++) {
                int v = (q[(g >> 1) * 32 + i] >> (4 * (g & 1))) & 15;
                if (f == CK_Q5_K) v |= ((high[i] >> g) & 1) << 4;
                out->code[g * 32 + i] = (int8_t)v;
            }
        }
        break;
    }
    case CK_Q6_K: {
        float d = ck_load_f16(b + 208);
        for (int j = 0; j < 16; j++) out->scale[j] = d * (float)(int8_t)b[192 + j];
        for (int g = 0; g < 8; g++)
            for (int i = 0; i < 32; i++) {
                int low = (b[(g >> 2) * 64 + (g & 1) * 32 + i] >> (4 * ((g >> 1) & 1))) & 15;
                int high = (b[128 + (g >> 2) * 32 + i] >> (2 * (g & 3))) & 3;
                out->code[g * 32 + i] = (int8_t)((low | high << 4) - 32);
            }
        break;
    }
    default: break;
    }
}

// Weights [k0, k0 + count) of a quantised row; k0 is a multiple of 256, count of the block and at most 256.
static inline void ck_decode(ck_format f, const void *row, int64_t k0, int64_t count, ck_decoded *out) {
    const uint8_t *b = (const uint8_t *)row + ck_row_bytes(f, k0);
    if (ck_block_size(f) == CK_SUPER) {
        ck_decode256(f, b, out);
        return;
    }
    for (int64_t i = 0; i < count / CK_QK; i++)
        ck_decode32(f, b + (size_t)i * ck_block_bytes(f), out->code + 32 * i, out->scale + 2 * i, out->min + 2 * i);
}

static inline int64_t ck_min(int64_t a, int64_t b) { return a < b ? a : b; }

// Shared by the tables, linear_portable.c.
void ck_dequantize_portable(ck_format format, const void *row, int64_t k, float *out);

// The tables, each in its own file; NULL where this CPU cannot run it.
const ck_linear_table *ck_linear_portable(void);
const ck_linear_table *ck_linear_avx2(int level);    // 0: common part, 1: with AVX-VNNI
const ck_linear_table *ck_linear_neon(int level);    // 0: common part, 1: with SDOT, 2: and BFMMLA, 3: and SMMLA
const ck_linear_table *ck_linear_avx512(int level);  // 0: common part, 1: with VNNI, 2: with VNNI and BF16

#endif
