// Activations into the layout of linear_panels.h, for registers of VL lanes. Included by a file that defines VL and the
// target.
#include "linear_panels.h"
#include "linear_vectors.h"

// Where the q-th 8 bytes of a row go whose 32 columns take `bytes`: in pairs, those of two rows lie side by side, which
// is what a matrix instruction reads; the last row of an odd group is alone.
INLINE char *eighth(ck_place at, const bool pairs, int64_t block_bytes, int bytes, int64_t block, int q) {
    char *base = at.base + block * at.width * block_bytes;
    if (!pairs || (at.row | 1) >= at.width) return base + at.row * bytes + 8 * q;
    return base + (at.row & ~1) * bytes + 16 * q + 8 * (at.row & 1);
}

// Same rule as the portable table: magnitudes compare as bits, so infinity and NaN make the scale, not a code.
INLINE void quantize_row(const float *x, int64_t k, const bool pairs, ck_place at) {
    for (int64_t b = 0; b < k / CK_QK; b++, x += CK_QK) {
        vf v[CK_QK / VL];
        vu most = 0;
        UNROLL for (int i = 0; i < CK_QK / VL; i++) {
            v[i] = load_floats(x + VL * i);
            most = __builtin_elementwise_max(most, (vu)v[i] & 0x7fffffff);
        }
        float amax = ck_f32_from_bits(__builtin_reduce_max(most));
        bool usable = amax >= 1e-30f && amax < __builtin_inff();
        vu keep = usable ? 0xffffffff : 0;
        float inverse = usable ? 127.0f / amax : 0.0f;
        vi sum[2] = {0, 0};
        UNROLL for (int i = 0; i < CK_QK / VL; i++) {
            vf rounded = __builtin_elementwise_roundeven(v[i] * inverse);
            vi code = __builtin_convertvector((vf)((vu)rounded & keep), vi);
            sum[i / (16 / VL)] += code;
            LANES(int8_t, VL) bytes = __builtin_convertvector(code, LANES(int8_t, VL));
            char *out = eighth(at, pairs, CK_X_BYTES, CK_QK, b, i * VL / 8) + i * VL % 8;
            memcpy(out, &bytes, VL);
        }
        ck_store_q8_fields(at, b, amax / 127.0f, __builtin_reduce_add(sum[0]), __builtin_reduce_add(sum[1]));
    }
}

// As pairs, which is how BFMMLA reads them.
INLINE void bf16_row(const float *x, int64_t k, ck_place at) {
    for (int64_t j = 0; j < k; j += 32) {
        uint16_t out[32];
        int64_t count = ck_min(32, k - j);
        for (int64_t i = 0; i < count; i++) out[i] = ck_bf16_from_f32(x[j + i]);
        for (int64_t i = count; i < 32; i++) out[i] = 0;
        for (int q = 0; q < 8; q++) memcpy(eighth(at, true, 64, 64, j / 32, q), out + 4 * q, 8);
    }
}
