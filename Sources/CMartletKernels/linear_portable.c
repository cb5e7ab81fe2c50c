// Plain C over every format where it lies in the file: the twin that the fast tables are tested against.
#include "linear_blocks.h"
#include "linear_rows.h"
#include <math.h>

// One row's block of 32 activations: x = scale * code.
typedef struct {
    int8_t code[CK_QK];
    float scale;
    int32_t sum[2];  // of the codes, first and second half
} block_q8;

static bool plan(ck_format format, int64_t n, int64_t k, int64_t scale_columns, bool float32, ck_plan *out) {
    if (!ck_shape_ok(format, n, k, scale_columns)) return false;
    ck_activation activation = CK_ACT_F32;
    if (!float32 && (format == CK_BF16 || ck_is_small_float(format))) activation = CK_ACT_BF16;
    if (!float32 && ck_is_quantized(format)) activation = CK_ACT_Q8;
    *out = (ck_plan){.format = format, .activation = activation, .float32 = float32, .n = n, .k = k,
                     .scale_columns = scale_columns, .row_group = 1, .token_group = 1, .packed_bytes = 0};
    if (ck_is_small_float(format)) out->packed_bytes = ck_rows_packed_bytes(out);
    return true;
}

static size_t prepared_row_bytes(ck_activation activation, int64_t k) {
    switch (activation) {
    case CK_ACT_F32: return (size_t)k * 4;
    case CK_ACT_BF16: return (size_t)k * 2;
    case CK_ACT_Q8: return (size_t)(k / CK_QK) * sizeof(block_q8);
    }
    return 0;
}

static size_t prepared_bytes(ck_activation activation, int64_t m, int64_t k) {
    return (size_t)m * prepared_row_bytes(activation, k);
}

// The scale is the largest magnitude / 127. Magnitudes are compared as bits, so that infinity and NaN win and
// every product with such a block is NaN instead of something plausible.
static void quantize_block(const float *x, block_q8 *out) {
    uint32_t most = 0;
    for (int i = 0; i < CK_QK; i++) {
        uint32_t bits = ck_bits_of_f32(x[i]) & 0x7fffffff;
        most = bits > most ? bits : most;
    }
    float amax = ck_f32_from_bits(most);
    bool usable = amax >= 1e-30f && amax < INFINITY;
    float inverse = usable ? 127.0f / amax : 0.0f;
    out->scale = amax / 127.0f;
    out->sum[0] = out->sum[1] = 0;
    for (int i = 0; i < CK_QK; i++) {
        out->code[i] = usable ? (int8_t)lrintf(x[i] * inverse) : 0;
        out->sum[i / 16] += out->code[i];
    }
}

static void prepare(ck_activation activation, const float *x, int64_t ldx, int64_t m, int64_t k, int64_t m0, int64_t m1,
                    void *prepared) {
    (void)m;
    for (int64_t i = m0; i < m1; i++) {
        const float *row = x + i * ldx;
        char *out = (char *)prepared + (size_t)i * prepared_row_bytes(activation, k);
        switch (activation) {
        case CK_ACT_F32: memcpy(out, row, (size_t)k * 4); break;
        case CK_ACT_BF16:
            for (int64_t j = 0; j < k; j++) ((uint16_t *)out)[j] = ck_bf16_from_f32(row[j]);
            break;
        case CK_ACT_Q8:
            for (int64_t j = 0; j < k / CK_QK; j++) quantize_block(row + j * CK_QK, (block_q8 *)out + j);
            break;
        }
    }
}

// Sixteen sums side by side, so that the loop vectorises without reordering anything by itself.
enum { LANES = 16 };

static float fold(const float *lane) {
    float sum = 0;
    for (int i = 0; i < LANES; i++) sum += lane[i];
    return sum;
}

static float dot_f32(const float *w, const float *x, int64_t count) {
    float lane[LANES] = {0};
    int64_t j = 0;
    for (; j + LANES <= count; j += LANES)
        for (int i = 0; i < LANES; i++) lane[i] += w[j + i] * x[j + i];
    for (int i = 0; j < count; i++, j++) lane[i] += w[j] * x[j];
    return fold(lane);
}

static float dot_q8(const ck_decoded *w, const block_q8 *x, int64_t count) {
    float sum = 0;
    for (int64_t b = 0; b < count / CK_QK; b++) {
        float part = 0;
        for (int half = 0; half < 2; half++) {
            int32_t dot = 0;
            for (int i = 16 * half; i < 16 * half + 16; i++) dot += (int32_t)w->code[b * CK_QK + i] * x[b].code[i];
            part += w->scale[2 * b + half] * (float)dot + w->min[2 * b + half] * (float)x[b].sum[half];
        }
        sum += x[b].scale * part;
    }
    return sum;
}

// Up to 256 weights of a row in float32.
static void weights_f32(const ck_plan *plan, const char *row, int64_t k0, int64_t count, float *out) {
    const ck_format format = plan->format;
    if (ck_is_small_float(format)) {
        ck_rows_decode_portable(plan, row, k0, count, out);
        return;
    }
    if (ck_is_quantized(format)) {
        ck_decoded block;
        ck_decode(format, row, k0, count, &block);
        for (int64_t i = 0; i < count; i++) out[i] = block.scale[i / 16] * (float)block.code[i] + block.min[i / 16];
        return;
    }
    const char *p = row + ck_row_bytes(format, k0);
    if (format == CK_F32) memcpy(out, p, (size_t)count * 4);
    if (format == CK_F16) for (int64_t i = 0; i < count; i++) out[i] = ck_load_f16(p + 2 * i);
    if (format == CK_BF16) for (int64_t i = 0; i < count; i++) out[i] = ck_f32_from_bf16(ck_load16(p + 2 * i));
}

void ck_dequantize_portable(ck_format format, const void *row, int64_t k, float *out) {
    if (format == CK_F8_E4M3) {
        for (int64_t i = 0; i < k; i++) out[i] = ck_f32_from_e4m3(((const uint8_t *)row)[i]);
        return;
    }
    if (format == CK_E2M1) {
        for (int64_t i = 0; i < k; i++) out[i] = ck_e2m1_values[((const uint8_t *)row)[i / 2] >> (4 * (i & 1)) & 15];
        return;
    }
    const ck_plan plan = {.format = format, .k = k};
    for (int64_t k0 = 0; k0 < k; k0 += CK_SUPER) weights_f32(&plan, row, k0, ck_min(CK_SUPER, k - k0), out + k0);
}

static float dot_chunk(ck_activation activation, const char *x, const ck_decoded *codes, const float *w, int64_t k0,
                       int64_t count) {
    float expanded[CK_SUPER];
    switch (activation) {
    case CK_ACT_Q8: return dot_q8(codes, (const block_q8 *)x + k0 / CK_QK, count);
    case CK_ACT_F32: return dot_f32(w, (const float *)x + k0, count);
    case CK_ACT_BF16:
        for (int64_t i = 0; i < count; i++) expanded[i] = ck_f32_from_bf16(((const uint16_t *)x)[k0 + i]);
        return dot_f32(w, expanded, count);
    }
    return 0;
}

static void multiply(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0, int64_t n1,
                     const float *bias, float *y, int64_t ldy) {
    size_t weight_row = ck_plan_row_bytes(plan), x_row = prepared_row_bytes(plan->activation, plan->k);
    for (int64_t n = n0; n < n1; n++) {
        const char *row = (const char *)weight + (size_t)n * weight_row;
        for (int64_t i = 0; i < m; i++) y[i * ldy + n] = 0;
        // Each chunk of a weight row is decoded once for all rows of activations; y holds the sum so far.
        for (int64_t k0 = 0; k0 < plan->k; k0 += CK_SUPER) {
            int64_t count = ck_min(CK_SUPER, plan->k - k0);
            ck_decoded codes;
            float w[CK_SUPER];
            if (plan->activation == CK_ACT_Q8) ck_decode(plan->format, row, k0, count, &codes);
            else weights_f32(plan, row, k0, count, w);
            for (int64_t i = 0; i < m; i++)
                y[i * ldy + n] +=
                    dot_chunk(plan->activation, (const char *)prepared + (size_t)i * x_row, &codes, w, k0, count);
        }
        if (bias) for (int64_t i = 0; i < m; i++) y[i * ldy + n] += bias[n];
    }
}

const ck_linear_table *ck_linear_portable(void) {
    static const ck_linear_table table = {"portable", plan, ck_rows_pack, prepared_bytes, prepare, multiply,
                                          ck_dequantize_portable};
    return &table;
}
