// 16 x 16 words turned in registers; included by a file that has set its target and defines INLINE and UNROLL.

// Columns of 16 registers of 32-bit words become rows.
INLINE void transpose(__m512i r[16]) {
    __m512i t[16];
    UNROLL for (int i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
    UNROLL for (int i = 0; i < 16; i += 4) UNROLL for (int j = 0; j < 2; j++) {
        r[i + 2 * j] = _mm512_unpacklo_epi64(t[i + j], t[i + 2 + j]);
        r[i + 2 * j + 1] = _mm512_unpackhi_epi64(t[i + j], t[i + 2 + j]);
    }
    // r[4 g + c] holds words c, c + 4, c + 8, c + 12 of rows 4 g .. 4 g + 3.
    UNROLL for (int c = 0; c < 4; c++) {
        __m512i low0 = _mm512_shuffle_i32x4(r[c], r[4 + c], 0x88), high0 = _mm512_shuffle_i32x4(r[c], r[4 + c], 0xdd);
        __m512i low1 = _mm512_shuffle_i32x4(r[8 + c], r[12 + c], 0x88);
        __m512i high1 = _mm512_shuffle_i32x4(r[8 + c], r[12 + c], 0xdd);
        t[c] = _mm512_shuffle_i32x4(low0, low1, 0x88), t[8 + c] = _mm512_shuffle_i32x4(low0, low1, 0xdd);
        t[4 + c] = _mm512_shuffle_i32x4(high0, high1, 0x88), t[12 + c] = _mm512_shuffle_i32x4(high0, high1, 0xdd);
    }
    UNROLL for (int i = 0; i < 16; i++) r[i] = t[i];
}
