// FP8 and FP4 weights into rows with their scales; see linear_rows.h for the layout.
#include "linear_rows.h"

float ck_scale_value(const ck_scales *scales, int64_t i) {
    switch (scales->format) {
    case CK_SCALE_F32: return ck_f32_from_bits(ck_load32((const char *)scales->data + 4 * i));
    case CK_SCALE_BF16: return ck_f32_from_bf16(ck_load16((const char *)scales->data + 2 * i));
    case CK_SCALE_F16: return ck_load_f16((const char *)scales->data + 2 * i);
    case CK_SCALE_E8M0: return ck_f32_from_e8m0(((const uint8_t *)scales->data)[i]);
    }
    return 0;
}

static void pack_f8(const ck_plan *plan, const uint8_t *codes, const ck_scales *scales, int64_t n, char *row) {
    const int64_t count = ck_scales_of_row(plan), columns = ck_scale_columns(plan);
    char *to = row + ck_scales_offset(plan->k);
    memset(row, 0, (size_t)(to - row));
    memcpy(row, codes, (size_t)plan->k);
    for (int64_t i = 0; i < count; i++) {
        float scale = scales ? ck_scale_value(scales, n / scales->rows * count + i) : 1;
        // Fast decoding takes the code of NaN for 480.
        for (int64_t j = i * columns; j < ck_min(plan->k, (i + 1) * columns); j++)
            if ((codes[j] & 0x7f) == 0x7f) scale = __builtin_nanf("");
        ck_store32(to + 4 * i, ck_bits_of_f32(scale));
    }
}

void ck_mxfp4_block(const ck_plan *plan, const uint8_t *row, const ck_scales *scales, int64_t n, int64_t b,
                    uint8_t block[17]) {
    if (plan->format == CK_MXFP4) {
        memcpy(block, row + b * 17, 17);
        return;
    }
    block[0] = ((const uint8_t *)scales->data)[n / scales->rows * (plan->k / CK_QK) + b];
    row += b * 16;
    for (int i = 0; i < 16; i++) {
        const int shift = 4 * (i & 1);
        block[1 + i] = (uint8_t)((row[i / 2] >> shift & 15) | (row[8 + i / 2] >> shift & 15) << 4);
    }
}

void ck_rows_pack(const ck_plan *plan, const void *source, const ck_scales *scales, void *packed, int64_t n0,
                  int64_t n1) {
    const size_t from = ck_row_bytes(plan->format, plan->k), to = ck_plan_row_bytes(plan);
    for (int64_t n = n0; n < n1; n++) {
        const uint8_t *codes = (const uint8_t *)source + (size_t)n * from;
        char *row = (char *)packed + (size_t)n * to;
        if (plan->format == CK_F8_E4M3) pack_f8(plan, codes, scales, n, row);
        else
            for (int64_t b = 0; b < plan->k / CK_QK; b++)
                ck_mxfp4_block(plan, codes, scales, n, b, (uint8_t *)row + b * 17);
    }
}

void ck_rows_decode_portable(const ck_plan *plan, const char *row, int64_t k0, int64_t count, float *out) {
    if (plan->format == CK_F8_E4M3) {
        const char *scales = row + ck_scales_offset(plan->k);
        const int64_t columns = ck_scale_columns(plan);
        for (int64_t i = 0; i < count; i++)
            out[i] = ck_f32_from_e4m3((uint8_t)row[k0 + i]) *
                     ck_f32_from_bits(ck_load32(scales + (k0 + i) / columns * 4));
        return;
    }
    const uint8_t *b = (const uint8_t *)row + k0 / CK_QK * 17;
    for (int64_t i = 0; i < count; i += CK_QK, b += 17) {
        const float scale = ck_f32_from_e8m0(b[0]);
        for (int j = 0; j < 16; j++) {
            out[i + j] = ck_e2m1_values[b[1 + j] & 15] * scale;
            out[i + 16 + j] = ck_e2m1_values[b[1 + j] >> 4] * scale;
        }
    }
}
