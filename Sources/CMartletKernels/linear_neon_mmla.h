// Sums for linear_q8.h by SMMLA, whose operands are two rows of 8 columns each.

// The h-th 8 columns of the i-th pair of rows of activations, of a row alone twice.
INLINE int8x16_t pair_of_rows(const char *x, const int width, const int i, const int h) {
    const char *p = x + 2 * i * CK_QK;
    if (2 * i + 1 < width) return vld1q_s8((const int8_t *)p + 16 * h);
    return vreinterpretq_s8_s64(vld1q_dup_s64((const int64_t *)(const void *)(p + 8 * h)));
}

INLINE void add_products(const ck_format f, const int width, const int count, const char *p, const int half,
                         const char *x, vi dot[MOST][X_REGISTERS]) {
    const ck_panel_layout l = ck_layout(f);
    UNROLL for (int s = 0; s < (l.halves ? 2 : 4); s++) {
        // Eights of columns that share a word follow each other.
        const int h = l.halves ? 2 * half + s : l.bits == 8 ? s : (s & 1) * 2 + (s >> 1);
        UNROLL for (int v = 0; v < count; v += 2) {
            uint32x4_t even = (uint32x4_t)codes(f, p + 4 * W_ROWS * v, 2 * h),
                       odd = (uint32x4_t)codes(f, p + 4 * W_ROWS * v, 2 * h + 1);
            int8x16_t low = vreinterpretq_s8_u32(vzip1q_u32(even, odd)),
                      high = vreinterpretq_s8_u32(vzip2q_u32(even, odd));
            UNROLL for (int i = 0; i < (width + 1) / 2; i++) {
                int8x16_t two = pair_of_rows(x, width, i, h);
                dot[v][i] = vmmlaq_s32(dot[v][i], low, two);
                dot[v + 1][i] = vmmlaq_s32(dot[v + 1][i], high, two);
            }
        }
    }
}
