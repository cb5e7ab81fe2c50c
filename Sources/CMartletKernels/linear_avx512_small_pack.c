#if defined(__x86_64__)
// FP8 and FP4 weights into the panels of linear_avx512_small.h.
#include "linear_avx512_small.h"
#include "ck_features.h"

bool ck_avx512_small_fits(const ck_plan *plan) {
    if (!is_f8(plan)) return true;
    return ck_features_detect().avx512_vbmi && (ck_scale_columns(plan) >= plan->k || plan->scale_columns % 32 == 0);
}

size_t ck_avx512_small_packed_bytes(const ck_plan *plan) {
    return (size_t)((plan->n + CK_PANEL - 1) / CK_PANEL) * panel_bytes(plan);
}

// Where in 64 bytes the two bytes of row r stand.
static inline int place_of(int r) { return (r & 12) * 4 + (r & 3) * 2 + (r & 16) / 2; }

static void pack_f8_block(const uint8_t *codes, int64_t left, int row, char *to) {
    uint8_t column[32] = {0};
    memcpy(column, codes, (size_t)ck_min(left, 32));
    for (int t = 0; t < 16; t++) memcpy(to + t * 64 + place_of(row), column + 2 * t, 2);
}

// From a block of CK_MXFP4: columns 0 to 15 in the low nibbles, 16 to 31 in the high ones.
static void pack_fp4_block(const uint8_t *codes, int row, char *to) {
    for (int t = 0; t < 8; t++)
        for (int c = 0; c < 2; c++) {
            const uint8_t *first = codes + (4 * t & 15) + c;
            const int shift = t < 4 ? 0 : 4;
            to[t * 64 + place_of(row) + c] = (char)((first[0] >> shift & 15) | (first[2] >> shift & 15) << 4);
        }
}

void ck_avx512_small_pack(const ck_plan *plan, const void *source, const ck_scales *scales, void *packed, int64_t n0,
                          int64_t n1) {
    const size_t row_bytes = ck_row_bytes(plan->format, plan->k);
    const int64_t blocks = blocks_of(plan), per_scale = scale_blocks(plan), count = ck_scales_of_row(plan);
    for (int64_t n = n0; n < n1; n += CK_PANEL) {
        char *panel = (char *)packed + (size_t)(n / CK_PANEL) * panel_bytes(plan), *to = panel + scale_bytes(plan);
        const int rows = (int)ck_min(CK_PANEL, n1 - n);
        if (rows < CK_PANEL) memset(panel, 0, panel_bytes(plan));
        for (int64_t b = 0; b < blocks; b++, to += block_bytes(plan))
            for (int row = 0; row < rows; row++) {
                const uint8_t *codes = (const uint8_t *)source + (size_t)(n + row) * row_bytes;
                if (!is_f8(plan)) {
                    uint8_t block[17];
                    ck_mxfp4_block(plan, codes, scales, n + row, b, block);
                    panel[b * CK_PANEL + row] = (char)block[0];
                    pack_fp4_block(block + 1, row, to);
                    continue;
                }
                pack_f8_block(codes + 32 * b, plan->k - 32 * b, row, to);
                if (b % per_scale) continue;
                const int64_t index = (n + row) / (scales ? scales->rows : 1) * count + 32 * b / ck_scale_columns(plan);
                const float scale = scales ? ck_scale_value(scales, index) : 1;
                ck_store32(panel + (b / per_scale * CK_PANEL + row) * 4, ck_bits_of_f32(scale));
            }
    }
}
#endif
