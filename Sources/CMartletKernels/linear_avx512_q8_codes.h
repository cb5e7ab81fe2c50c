// The codes and scales of packed weights in registers of 16 rows; included by linear_avx512_q8.h.

INLINE __m512i load(const char *p) { return _mm512_loadu_si512(p); }
INLINE __m512i bytes(int v) { return _mm512_set1_epi8((char)v); }
INLINE __m512i both(__m512i a, int mask) { return _mm512_and_si512(a, bytes(mask)); }
// Bits of `a` shifted left by s (right if negative); callers mask, as bits cross between bytes.
INLINE __m512i moved(__m512i a, const int s) {
    return s >= 0 ? _mm512_slli_epi16(a, (unsigned)s) : _mm512_srli_epi16(a, (unsigned)-s);
}
// mask ? b : a
INLINE __m512i choose(__m512i a, __m512i b, int mask) { return _mm512_ternarylogic_epi32(a, b, bytes(mask), 0xd8); }

// What the codes are multiplied by beside the scale.
INLINE float post(const ck_format f) {
    return f == CK_Q4_0 ? 0x1p-4f : f == CK_Q5_0 ? 0x1p-3f : f == CK_Q6_K ? 0x1p-2f : f == CK_Q3_K ? 0x1p-5f : 1.0f;
}

// The 16 rows x 4 columns of group g, as unsigned bytes; p is the sub-block, already moved to the rows wanted.
INLINE __m512i codes(const ck_format f, const char *p, const int g) {
    const ck_panel_layout l = ck_layout(f);
    const char *low = p + l.high;
    const int t = g & 3;
    switch (f) {
    case CK_Q8_0: return load(low + g * CK_WORDS);
    case CK_Q4_0: return both(moved(load(low + t * CK_WORDS), g < 4 ? 4 : 0), 0xf0);
    case CK_IQ4_NL: {
        const __m512i table =
            _mm512_broadcast_i32x4(_mm_setr_epi8(1, 24, 45, 63, 79, 93, 106, 118, (char)129, (char)141, (char)153,
                                                 (char)166, (char)181, (char)197, (char)217, (char)241));
        return _mm512_shuffle_epi8(table, both(moved(load(low + t * CK_WORDS), g < 4 ? 0 : -4), 0x0f));
    }
    case CK_Q4_1: case CK_Q4_K: return both(moved(load(low + t * CK_WORDS), g < 4 ? 0 : -4), 0x0f);
    case CK_Q5_0: {
        __m512i q = both(moved(load(low + t * CK_WORDS), g < 4 ? 3 : -1), 0x78);
        return choose(q, moved(load(p), 7 - g), 0x80);
    }
    case CK_Q5_1: case CK_Q5_K: {
        __m512i q = both(moved(load(low + t * CK_WORDS), g < 4 ? 0 : -4), 0x0f);
        return choose(q, moved(load(p), 4 - g), 0x10);
    }
    case CK_Q6_K: {
        const int word = (g & 1) + (g >> 2) * 2;
        __m512i q = both(moved(load(low + word * CK_WORDS), g & 2 ? -2 : 2), 0x3c);
        return choose(q, moved(load(p + (g >> 2) * CK_WORDS), 6 - 2 * t), 0xc0);
    }
    case CK_Q2_K: return both(moved(load(low + (g >> 2) * CK_WORDS), -2 * t), 0x03);
    case CK_Q3_K: {
        __m512i q = both(moved(load(low + (g >> 2) * CK_WORDS), 5 - 2 * t), 0x60);
        return choose(q, moved(load(p), 7 - g), 0x80);
    }
    default: return _mm512_setzero_si512();
    }
}

INLINE __m512 halves(const char *p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)p)); }
INLINE __m512i widened(const char *p) {
    return _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p));
}
INLINE __m512i widened_signed(const char *p) {
    return _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p));
}

// Scales of 16 rows for sub-block j, half `half` (0 where a scale covers all 32 columns); r is the first row.
INLINE __m512 scale(const ck_format f, const char *b, int j, const int half, const int r) {
    const ck_panel_layout l = ck_layout(f);
    __m512 d = halves(b + 2 * r);
    const char *s = b + l.scales + (l.halves ? 2 * j + half : j) * CK_PANEL + r;
    switch (f) {
    case CK_Q2_K: return d * _mm512_cvtepi32_ps(_mm512_and_si512(widened(s), _mm512_set1_epi32(15)));
    case CK_Q3_K: case CK_Q6_K: return d * _mm512_cvtepi32_ps(widened_signed(s));
    case CK_Q4_K: case CK_Q5_K: return d * _mm512_cvtepi32_ps(widened(s));
    default: return d;
    }
}

INLINE __m512 minimum(const ck_format f, const char *b, int j, const int half, const int r) {
    const ck_panel_layout l = ck_layout(f);
    __m512 m = halves(b + l.min + 2 * r);
    const char *s = b + l.scales + r;
    switch (f) {
    case CK_Q2_K: return -m * _mm512_cvtepi32_ps(_mm512_srli_epi32(widened(s + (2 * j + half) * CK_PANEL), 4));
    case CK_Q4_K: case CK_Q5_K: return -m * _mm512_cvtepi32_ps(widened(s + (8 + j) * CK_PANEL));
    default: return m;
    }
}
