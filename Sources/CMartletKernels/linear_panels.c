// Repacking of quantised weights into panels of 32 rows; see linear_panels.h for the layout.
#include "linear_panels.h"
#include "linear_rows.h"

bool ck_panel_plan(ck_format format, int64_t n, int64_t k, int64_t scale_columns, bool float32, int64_t group,
                   bool bf16, ck_plan *out) {
    if (!ck_shape_ok(format, n, k, scale_columns)) return false;
    *out = (ck_plan){.format = format, .activation = CK_ACT_F32, .float32 = float32, .n = n, .k = k,
                     .scale_columns = scale_columns, .row_group = 4, .token_group = group, .packed_bytes = 0};
    if (ck_is_small_float(format)) out->packed_bytes = ck_rows_packed_bytes(out);
    if (float32) return true;
    if (format == CK_BF16 && bf16) out->activation = CK_ACT_BF16;
    if (ck_is_quantized(format)) {
        out->activation = CK_ACT_Q8;
        out->row_group = CK_PANEL;
        out->packed_bytes = (size_t)((n + CK_PANEL - 1) / CK_PANEL) * ck_panel_bytes(format, k);
    }
    return true;
}

// The codes of 32 columns of a row, 4 columns to a word: low bits, and the high bits moved down to bit 0.
typedef struct {
    uint32_t low[8], high[8];
} words;

static inline uint32_t part(const uint8_t *p, int shift, uint32_t mask) { return (ck_load32(p) >> shift) & mask; }

enum { NIBBLE = 0x0f0f0f0f, PAIR = 0x03030303, BIT = 0x01010101 };

// Sub-block j of the block b.
static inline words words_of(ck_format f, const uint8_t *b, int j) {
    words w = {0};
    for (int g = 0; g < 8; g++) {
        switch (f) {
        case CK_Q8_0: w.low[g] = ck_load32(b + 2 + 4 * g); break;
        case CK_Q4_0: case CK_IQ4_NL: w.low[g] = part(b + 2 + 4 * (g & 3), g & 4, NIBBLE); break;
        case CK_Q4_1: w.low[g] = part(b + 4 + 4 * (g & 3), g & 4, NIBBLE); break;
        case CK_Q5_0: case CK_Q5_1: {
            const uint8_t *q = b + (f == CK_Q5_1 ? 4 : 2);
            w.low[g] = part(q + 4 + 4 * (g & 3), g & 4, NIBBLE);
            // Spreads 4 bits over the 4 bytes of a word: bit i moves to 8 i by the factor's term 2^(7 i).
            w.high[g] = ((ck_load32(q) >> (4 * g) & 15) * 0x00204081) & BIT;
            break;
        }
        case CK_Q2_K: w.low[g] = part(b + 16 + (j >> 2) * 32 + 4 * g, 2 * (j & 3), PAIR); break;
        case CK_Q3_K:
            w.low[g] = part(b + 32 + (j >> 2) * 32 + 4 * g, 2 * (j & 3), PAIR);
            w.high[g] = part(b + 4 * g, j, BIT);
            break;
        case CK_Q4_K: w.low[g] = part(b + 16 + (j >> 1) * 32 + 4 * g, 4 * (j & 1), NIBBLE); break;
        case CK_Q5_K:
            w.low[g] = part(b + 48 + (j >> 1) * 32 + 4 * g, 4 * (j & 1), NIBBLE);
            w.high[g] = part(b + 16 + 4 * g, j, BIT);
            break;
        case CK_Q6_K:
            w.low[g] = part(b + (j >> 2) * 64 + (j & 1) * 32 + 4 * g, 2 * (j & 2), NIBBLE);
            w.high[g] = part(b + 128 + (j >> 2) * 32 + 4 * g, 2 * (j & 3), PAIR);
            break;
        default: break;
        }
    }
    return w;
}

static inline uint32_t pairs(const uint32_t *w) { return w[0] | w[1] << 2 | w[2] << 4 | w[3] << 6; }

static inline void store_words(ck_panel_layout l, const words *w, char *to, int row) {
    to += 4 * row;
    if (l.high == CK_WORDS) {
        uint32_t bits = 0;
        for (int g = 0; g < 8; g++) bits |= w->high[g] << g;
        ck_store32(to, bits);
    }
    if (l.high == 2 * CK_WORDS) for (int h = 0; h < 2; h++) ck_store32(to + h * CK_WORDS, pairs(w->high + 4 * h));
    to += l.high;
    if (l.bits == 8) for (int g = 0; g < 8; g++) ck_store32(to + g * CK_WORDS, w->low[g]);
    if (l.bits == 2) for (int h = 0; h < 2; h++) ck_store32(to + h * CK_WORDS, pairs(w->low + 4 * h));
    if (l.bits == 4)
        for (int t = 0; t < 4; t++) {
            int first = l.halves ? t + (t & 2) : t, second = first + (l.halves ? 2 : 4);
            ck_store32(to + t * CK_WORDS, w->low[first] | w->low[second] << 4);
        }
}

// Scales of sub-blocks, one byte each, rows side by side; Q4_K and Q5_K put the 8 mins after the 8 scales.
static inline void store_scales(ck_format f, const uint8_t *b, uint8_t *to, int row) {
    uint8_t scale[16];
    switch (f) {
    case CK_Q2_K: memcpy(scale, b, 16); break;
    case CK_Q3_K: ck_q3k_scales(b + 96, (int8_t *)scale); break;
    case CK_Q4_K: case CK_Q5_K: ck_k4_scales(b + 4, scale, scale + 8); break;
    case CK_Q6_K: memcpy(scale, b + 192, 16); break;
    default: return;
    }
    for (int i = 0; i < 16; i++) to[i * CK_PANEL + row] = scale[i];
}

static inline __attribute__((always_inline)) void pack_format(const ck_format f, const ck_plan *plan,
                                                              const uint8_t *source, char *packed, int64_t n0,
                                                              int64_t n1) {
    const ck_panel_layout l = ck_layout(f);
    const size_t row_bytes = ck_row_bytes(f, plan->k), from = ck_block_bytes(f), to = ck_panel_block_bytes(f);
    for (int64_t n = n0; n < n1; n += CK_PANEL) {
        char *panel = packed + (size_t)(n / CK_PANEL) * ck_panel_bytes(f, plan->k);
        int rows = (int)ck_min(CK_PANEL, n1 - n);
        // Rows past the end have scale 0.
        if (rows < CK_PANEL) memset(panel, 0, ck_panel_bytes(f, plan->k));
        for (int64_t s = 0; s < plan->k / l.columns; s++, panel += to) {
            for (int row = 0; row < rows; row++) {
                const uint8_t *b = source + (size_t)(n + row) * row_bytes + (size_t)s * from;
                memcpy(panel + 2 * row, b + ck_offset_of_d(f), 2);
                if (l.min) memcpy(panel + l.min + 2 * row, b + ck_offset_of_d(f) + 2, 2);
                if (l.scales) store_scales(f, b, (uint8_t *)panel + l.scales, row);
                for (int j = 0; j < l.columns / 32; j++) {
                    words w = words_of(f, b, j);
                    store_words(l, &w, panel + l.header + j * (l.high + l.low), row);
                }
            }
        }
    }
}

void ck_panel_pack(const ck_plan *plan, const void *source, const ck_scales *scales, void *packed, int64_t n0,
                   int64_t n1) {
    if (ck_is_small_float(plan->format)) {
        ck_rows_pack(plan, source, scales, packed, n0, n1);
        return;
    }
    switch (plan->format) {
#define CASE(F) case F: pack_format(F, plan, source, packed, n0, n1); break;
    CASE(CK_Q8_0) CASE(CK_Q4_0) CASE(CK_IQ4_NL) CASE(CK_Q4_1) CASE(CK_Q5_0) CASE(CK_Q5_1)
    CASE(CK_Q2_K) CASE(CK_Q3_K) CASE(CK_Q4_K) CASE(CK_Q5_K) CASE(CK_Q6_K)
#undef CASE
    default: break;
    }
}
