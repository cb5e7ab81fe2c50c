// Writing keys and values to the paged cache and reading them back as floats.

// VL elements of float32 from element `index` of `data`.
INLINE vf load_whole(const uint8_t *data, int64_t index) { return load((const float *)data + index); }

// VL pairs of a narrow type from pair `index` of `data`, without their scale.
INLINE void load_pairs(ck_kv_dtype dtype, const uint8_t *data, int64_t index, vf *first, vf *second) {
    if (dtype == CK_KV_BF16) {
        vu pairs = *(const vu_any *)(data + 4 * index);
        *first = (vf)(pairs << 16);
        *second = (vf)(pairs & 0xffff0000u);
    } else {
        vi pairs = __builtin_convertvector(*(const vh_any *)(data + 2 * index), vi);
        *first = __builtin_convertvector(pairs << 24 >> 24, vf);
        *second = __builtin_convertvector(pairs << 16 >> 24, vf);
    }
}

INLINE uint16_t to_bf16(float x) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)(bits >> 16) | 0x40;
    return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

INLINE float int8_scale(const float *x, int64_t n) {
    float largest = 0;
    for (int64_t i = 0; i < n; i++) largest = fabsf(x[i]) > largest ? fabsf(x[i]) : largest;
    return largest / 127.0f;
}

// Rounds to nearest even without a conversion, which would be undefined for NaN.
INLINE int8_t to_int8(float x, float inverse) {
    float t = x * inverse + 12582912.0f;
    uint32_t bits;
    memcpy(&bits, &t, 4);
    return (int8_t)(bits & 0xff);
}

// Neighbours of a pair may belong to other threads: each element is written by itself. An odd last key gets a zero.
#define STORE_PAIRS(TYPE, CONVERT_KEY, CONVERT_VALUE) \
    { \
        TYPE *keys = (TYPE *)group + 2 * offset, *row = (TYPE *)values + offset / 2 * 2 * width + offset % 2; \
        for (int64_t d = 0; d < head_dim; d++) keys[d / 2 * 32 + d % 2] = CONVERT_KEY; \
        if (head_dim % 2) keys[head_dim / 2 * 32 + 1] = 0; \
        for (int64_t d = 0; d < head_dim; d++) row[2 * d] = CONVERT_VALUE; \
    }

static void kv_store(ck_kv_dtype dtype, int64_t head_dim, void *group, int64_t offset, const float *restrict key,
                     const float *restrict value) {
    const int64_t width = attention_width(head_dim);
    uint8_t *values = (uint8_t *)group + values_offset(dtype, head_dim);
    if (dtype == CK_KV_F32) {
        for (int64_t d = 0; d < head_dim; d++) ((float *)group)[d * 16 + offset] = key[d];
        memcpy((float *)values + offset * width, value, (size_t)head_dim * 4);
    } else if (dtype == CK_KV_BF16) {
        STORE_PAIRS(uint16_t, to_bf16(key[d]), to_bf16(value[d]))
    } else {
        float *scales = (float *)((uint8_t *)group + scales_offset(head_dim));
        float key_scale = int8_scale(key, head_dim), value_scale = int8_scale(value, head_dim);
        float key_inverse = key_scale > 0 ? 1 / key_scale : 0, value_inverse = value_scale > 0 ? 1 / value_scale : 0;
        STORE_PAIRS(int8_t, to_int8(key[d], key_inverse), to_int8(value[d], value_inverse))
        scales[offset] = key_scale;
        scales[16 + offset] = value_scale;
    }
}
#undef STORE_PAIRS

#if HAS_BF16_DOT
#define UNROLL _Pragma("clang loop unroll(full)")
#include "linear_avx512_transpose.h"

// As to_bf16, in the low halves.
INLINE __m512i bf16_lanes(__m512 x) {
    const __m512i bits = _mm512_castps_si512(x), one = _mm512_set1_epi32(1);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), one);
    const __m512i sum = _mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), odd);
    const __mmask16 nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
    return _mm512_srli_epi32(_mm512_mask_or_epi32(sum, nan, bits, _mm512_set1_epi32(0x400000)), 16);
}

// Up to 16 elements of two rows as pairs, those of the first row below.
INLINE __m512i bf16_rows(const float *first, const float *second, int64_t count) {
    const __mmask16 mask = count < 16 ? (__mmask16)((1u << count) - 1) : 0xffff;
    return _mm512_or_si512(bf16_lanes(_mm512_maskz_loadu_ps(mask, first)),
                           _mm512_slli_epi32(bf16_lanes(_mm512_maskz_loadu_ps(mask, second)), 16));
}

// Up to 32 elements of a row as pairs of neighbours.
INLINE __m512i bf16_neighbours(const float *x, int64_t count) {
    const uint32_t mask = count < 32 ? (1u << count) - 1 : ~0u;
    const __m512i low = bf16_lanes(_mm512_maskz_loadu_ps((__mmask16)mask, x));
    const __m512i high = bf16_lanes(_mm512_maskz_loadu_ps((__mmask16)(mask >> 16), x + 16));
    const __m256i a = _mm512_cvtepi32_epi16(low), b = _mm512_cvtepi32_epi16(high);
    return _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
}

static void store_group_bf16(int64_t head_dim, uint8_t *group, const float *keys, const float *values,
                             int64_t stride) {
    const int64_t width = attention_width(head_dim), pairs = (head_dim + 1) / 2;
    uint8_t *to = group + values_offset(CK_KV_BF16, head_dim);
    for (int64_t d = 0; d < head_dim; d += 32) {
        __m512i r[16];
        UNROLL for (int t = 0; t < 16; t++) r[t] = bf16_neighbours(keys + t * stride + d, head_dim - d);
        transpose(r);
        UNROLL for (int p = 0; p < 16; p++) if (d / 2 + p < pairs) _mm512_storeu_si512(group + 64 * (d / 2 + p), r[p]);
    }
    for (int64_t t = 0; t < 16; t += 2)
        for (int64_t d = 0; d < head_dim; d += 16)
            _mm512_storeu_si512(to + 2 * (t * width + 2 * d),
                                bf16_rows(values + t * stride + d, values + (t + 1) * stride + d, head_dim - d));
}
#undef UNROLL
#endif

static void kv_store_group(ck_kv_dtype dtype, int64_t head_dim, void *group, const float *keys, const float *values,
                           int64_t stride) {
#if HAS_BF16_DOT
    if (dtype == CK_KV_BF16) {
        store_group_bf16(head_dim, group, keys, values, stride);
        return;
    }
#endif
    for (int64_t t = 0; t < CK_KV_GROUP; t++)
        kv_store(dtype, head_dim, group, t, keys + t * stride, values + t * stride);
}

static void latent_store(ck_kv_dtype dtype, int64_t width, void *group, int64_t offset, const float *restrict row) {
    const int64_t padded = attention_width(width), start = offset * padded;
    if (dtype == CK_KV_F32) {
        memcpy((float *)group + start, row, (size_t)width * 4);
    } else if (dtype == CK_KV_BF16) {
        for (int64_t d = 0; d < width; d++) ((uint16_t *)group)[start + d] = to_bf16(row[d]);
    } else {
        const float scale = int8_scale(row, width), inverse = scale > 0 ? 1 / scale : 0;
        for (int64_t d = 0; d < width; d++) ((int8_t *)group)[start + d] = to_int8(row[d], inverse);
        ((float *)((uint8_t *)group + 16 * padded))[offset] = scale;
    }
}

// One latent row of a group as floats.
INLINE void load_latent(ck_kv_dtype dtype, int64_t width, const uint8_t *group, int64_t offset, float *row) {
    const int64_t padded = attention_width(width), start = offset * padded;
    if (dtype == CK_KV_F32) {
        memcpy(row, (const float *)group + start, (size_t)padded * 4);
    } else if (dtype == CK_KV_BF16) {
        for (int64_t d = 0; d < padded; d += VL) {
            vu bits = __builtin_convertvector(*(const vh_any *)(group + 2 * (start + d)), vu);
            store(row + d, (vf)(bits << 16));
        }
    } else {
        const float scale = ((const float *)(group + 16 * padded))[offset];
        for (int64_t d = 0; d < padded; d++) row[d] = (float)((const int8_t *)group)[start + d] * scale;
    }
}
