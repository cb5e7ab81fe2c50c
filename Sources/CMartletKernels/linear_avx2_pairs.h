// Sums for linear_q8.h with VPMADDUBSW, which adds pairs of products into 16 bits. Codes at the bottom of their bytes
// let several pairs gather there before they are widened.

// Groups whose sums of pairs fit 16 bits together: 2 * 127 * largest code * groups < 32768.
INLINE int groups_in_16_bits(const ck_format f) {
    switch (f) {
    case CK_Q8_0: case CK_IQ4_NL: return 1;
    case CK_Q6_K: return 2;
    case CK_Q5_0: case CK_Q5_1: case CK_Q5_K: return 4;
    default: return 8;
    }
}

INLINE __m256i pairs(const ck_format f, __m256i w, __m256i magnitude, __m256i x) {
    return is_signed(f) ? _mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(x, w)) : _mm256_maddubs_epi16(w, x);
}

INLINE void add_products(const ck_format f, const int width, const int count, const char *p, const int half,
                         const char *x, vi dot[MOST][X_REGISTERS]) {
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i narrow[MOST][X_REGISTERS];
    const int groups = ck_layout(f).halves ? 4 : 8, batch = ck_min(groups, groups_in_16_bits(f));
    UNROLL for (int s = 0; s < groups; s++) {
        const int g = group_of(f, half, s);
        UNROLL for (int v = 0; v < count; v++) {
            __m256i w = (__m256i)codes(f, p + 4 * VL * v, g), magnitude = is_signed(f) ? _mm256_abs_epi8(w) : w;
            UNROLL for (int i = 0; i < width; i++) {
                __m256i t = pairs(f, w, magnitude, _mm256_set1_epi32((int32_t)ck_load32(x + i * CK_QK + 4 * g)));
                narrow[v][i] = s % batch ? _mm256_add_epi16(narrow[v][i], t) : t;
                if (s % batch == batch - 1) dot[v][i] += (vi)_mm256_madd_epi16(narrow[v][i], ones);
                // Holds the compiler to this order, in which few registers of codes are alive; by itself it keeps all
                // of them, in memory. With batches of 4 it does well (measured).
                if (batch == 1) __asm__ volatile("" : "+x"(dot[v][i]));
                else if (batch != 4 && s % batch != batch - 1) __asm__ volatile("" : "+x"(narrow[v][i]));
            }
        }
    }
}
