// Rows of FP8 and FP4 weights to float32 by registers of VL lanes, for a file that defines VL and the target.
//
// Both are moved into the bits of a half float, which the CPU widens exactly, subnormals too; a power of two makes up
// for the smaller bias. Writes up to VL - 1 floats past `count`, and reads as many bytes of a row past its codes.
#include "linear_rows.h"
#include "linear_vectors.h"

typedef LANES(uint16_t, VL) half_bits;

INLINE vf widen(half_bits bits) { return __builtin_convertvector((LANES(__fp16, VL))bits, vf); }

// VL codes of FP8; the code of NaN becomes 480.
INLINE vf from_f8(const char *p) {
    // The sign is spread over the upper half: the exponent's highest bit must go.
    half_bits bits = (half_bits)(__builtin_convertvector(*(const vc_any *)p, LANES(int16_t, VL)) << 7);
    return widen(bits & 0xbfff) * 0x1p8f;
}

INLINE void decode_f8(const ck_plan *plan, const char *row, int64_t k0, int64_t count, float *out) {
    const char *scales = row + ck_scales_offset(plan->k);
    const int64_t columns = ck_scale_columns(plan), end = k0 + count;
    for (int64_t i = k0; i < end;) {
        const int64_t next = ck_min(end, (i / columns + 1) * columns);
        const vf scale = (vf)ck_f32_from_bits(ck_load32(scales + i / columns * 4));
        for (; i < next; i += VL) *(vf_any *)(out + i - k0) = from_f8(row + i) * scale;
        i = next;
    }
}

INLINE vf from_e2m1(half_bits nibbles, const float scale) {
    return widen((nibbles & 7) << 9 | (nibbles & 8) << 12) * 0x1p14f * scale;
}

INLINE void decode_mxfp4(const char *row, int64_t k0, int64_t count, float *out) {
    const char *b = row + k0 / CK_QK * 17;
    for (int64_t i = 0; i < count; i += CK_QK, b += 17) {
        const float scale = ck_f32_from_e8m0((uint8_t)b[0]);
        UNROLL for (int j = 0; j < 16; j += VL) {
            half_bits codes = __builtin_convertvector(*(const vuc_any *)(b + 1 + j), half_bits);
            *(vf_any *)(out + i + j) = from_e2m1(codes & 15, scale);
            *(vf_any *)(out + i + 16 + j) = from_e2m1(codes >> 4, scale);
        }
    }
}

INLINE void decode_small_float(const ck_plan *plan, const char *row, int64_t k0, int64_t count, float *out) {
    if (plan->format == CK_F8_E4M3) decode_f8(plan, row, k0, count, out);
    else decode_mxfp4(row, k0, count, out);
}
