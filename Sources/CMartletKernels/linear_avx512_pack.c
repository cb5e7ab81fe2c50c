#if defined(__x86_64__)
// Packing of quantised weights into panels (linear_panels.h) by 16 x 16 transpositions of words: every row of a block
// is first written as the words the panel wants, then 16 rows of 16 words are turned at once. Formats not named here,
// and the last rows, where a panel is not full, go through ck_panel_pack, the slow twin.
#include "linear_avx512.h"
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c"))), \
                             apply_to = function)

#include "linear_avx512_transpose.h"

// Words of scales come first in a row; no block has more than 48 words of codes.
enum { SCALES = 4, ROW_WORDS = 64 };

INLINE __m128i load16(const uint8_t *p) { return _mm_loadu_si128((const __m128i *)(const void *)p); }
INLINE void store16(uint32_t *to, __m128i v) { _mm_storeu_si128((__m128i *)(void *)to, v); }

// Two sub-blocks in the nibbles of 32 bytes; `a` meets `b` in a byte of the panel.
INLINE void split_nibbles(__m128i a, __m128i b, uint32_t *low, uint32_t *high) {
    const __m128i top = _mm_set1_epi8((char)0xf0);
    store16(low, _mm_or_si128(_mm_andnot_si128(top, a), _mm_and_si128(_mm_slli_epi16(b, 4), top)));
    store16(high, _mm_or_si128(_mm_andnot_si128(top, _mm_srli_epi16(a, 4)), _mm_and_si128(b, top)));
}

// Exchanges the bits of `x` in `mask` with those `shift` higher.
INLINE __m512i swap32(__m512i x, uint32_t mask, const unsigned shift) {
    __m512i t = _mm512_and_si512(_mm512_xor_si512(x, _mm512_srli_epi32(x, shift)), _mm512_set1_epi32((int)mask));
    return _mm512_xor_si512(x, _mm512_xor_si512(t, _mm512_slli_epi32(t, shift)));
}
INLINE __m256i swap64(__m256i x, uint64_t mask, const unsigned shift) {
    __m256i t = _mm256_and_si256(_mm256_xor_si256(x, _mm256_srli_epi64(x, (int)shift)),
                                 _mm256_set1_epi64x((long long)mask));
    return _mm256_xor_si256(x, _mm256_xor_si256(t, _mm256_slli_epi64(t, (int)shift)));
}

// 64 bytes, two bits of which belong to each of 4 sub-blocks: to[2 j + h] takes those of groups 4 h to 4 h + 3.
INLINE void split_pairs(const uint8_t *q, uint32_t to[16]) {
    // Bytes [group][column] to [column][group] and, after the bits, [column][sub-block] to [sub-block][column].
    const __m512i turn = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    const __m512i order = _mm512_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
    __m512i x = _mm512_shuffle_epi8(_mm512_loadu_si512(q), turn);
    x = swap32(swap32(x, 0x00cc00cc, 6), 0x0000f0f0, 12);
    _mm512_storeu_si512(to, _mm512_permutexvar_epi32(order, _mm512_shuffle_epi8(x, turn)));
}

// 32 bytes, a bit of which belongs to each of 8 sub-blocks: byte c of to[j] takes bit j of the bytes 4 g + c as bit g.
INLINE void split_bits(const uint8_t *q, uint32_t to[8]) {
    const __m256i turn = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    __m256i x = _mm256_shuffle_epi8(_mm256_loadu_si256((const __m256i *)(const void *)q), turn);
    x = _mm256_permutevar8x32_epi32(x, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    x = swap64(swap64(swap64(x, 0x00aa00aa00aa00aa, 7), 0x0000cccc0000cccc, 14), 0x00000000f0f0f0f0, 28);
    x = _mm256_permutevar8x32_epi32(x, _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7));
    _mm256_storeu_si256((__m256i *)(void *)to, _mm256_shuffle_epi8(x, turn));
}

INLINE void k4_scale_words(const uint8_t *p, uint32_t to[4]) {
    const uint32_t a = ck_load32(p), b = ck_load32(p + 4), c = ck_load32(p + 8);
    to[0] = a & 0x3f3f3f3f;
    to[1] = (c & 0x0f0f0f0f) | ((a >> 2) & 0x30303030);
    to[2] = b & 0x3f3f3f3f;
    to[3] = ((c >> 4) & 0x0f0f0f0f) | ((b >> 2) & 0x30303030);
}

INLINE void q3k_scale_words(const uint8_t *p, uint32_t to[4]) {
    const uint32_t high = ck_load32(p + 8);
    UNROLL for (int i = 0; i < 4; i++) {
        uint32_t low = ck_load32(p + 4 * (i & 1)) >> (4 * (i >> 1)) & 0x0f0f0f0f;
        uint32_t code = low | (high >> (2 * i) & 0x03030303) << 4;
        to[i] = ((code | 0x80808080) - 0x20202020) ^ 0x80808080;  // 32 less in every byte
    }
}

// The words of a row of block b, in the order of the panel.
INLINE void row_words(const ck_format f, const uint8_t *b, uint32_t *row) {
    uint32_t *to = row + SCALES, pairs[32], bits[8];
    switch (f) {
    case CK_Q8_0:
        // Codes are kept as the product wants them, 128 + code.
        store16(to, _mm_xor_si128(load16(b + 2), _mm_set1_epi8((char)0x80)));
        store16(to + 4, _mm_xor_si128(load16(b + 18), _mm_set1_epi8((char)0x80)));
        break;
    case CK_Q4_0: case CK_IQ4_NL: store16(to, load16(b + 2)); break;
    case CK_Q4_1: store16(to, load16(b + 4)); break;
    case CK_Q4_K:
        k4_scale_words(b + 4, row);
        UNROLL for (int j = 0; j < 8; j += 2)
            split_nibbles(load16(b + 16 + 16 * j), load16(b + 32 + 16 * j), to + 4 * j, to + 4 * j + 4);
        break;
    case CK_Q5_K:
        k4_scale_words(b + 4, row);
        split_bits(b + 16, bits);
        UNROLL for (int j = 0; j < 8; j++) to[5 * j] = bits[j];
        UNROLL for (int j = 0; j < 8; j += 2)
            split_nibbles(load16(b + 48 + 16 * j), load16(b + 64 + 16 * j), to + 5 * j + 1, to + 5 * j + 6);
        break;
    case CK_Q6_K:
        memcpy(row, b + 192, 16);
        split_pairs(b + 128, pairs);
        UNROLL for (int j = 0; j < 8; j++) memcpy(to + 6 * j, pairs + 2 * j, 8);
        UNROLL for (int i = 0; i < 4; i++) {
            const int j = (i >> 1) * 4 + (i & 1);
            __m128i x = load16(b + 32 * i), y = load16(b + 32 * i + 16);
            split_nibbles(_mm_unpacklo_epi64(x, y), _mm_unpackhi_epi64(x, y), to + 6 * j + 2, to + 6 * j + 14);
        }
        break;
    case CK_Q2_K:
        memcpy(row, b, 16);
        split_pairs(b + 16, to);
        break;
    case CK_Q3_K:
        q3k_scale_words(b + 96, row);
        split_bits(b, bits);
        split_pairs(b + 32, pairs);
        UNROLL for (int j = 0; j < 8; j++) {
            to[3 * j] = bits[j];
            memcpy(to + 3 * j + 1, pairs + 2 * j, 8);
        }
        break;
    default: break;
    }
}

// The bytes of a word of 16 rows to 4 lines of the panel.
INLINE void store_bytes(__m512i word, uint8_t *to) {
    UNROLL for (int i = 0; i < 4; i++)
        _mm_storeu_si128((__m128i *)(void *)(to + i * CK_PANEL),
                         _mm512_cvtepi32_epi8(_mm512_srli_epi32(word, (unsigned)(8 * i))));
}

INLINE void pack_block(const ck_format f, const uint8_t *source, size_t row_bytes, char *to) {
    const ck_panel_layout l = ck_layout(f);
    const int d = ck_offset_of_d(f), words = SCALES + (int)(ck_panel_block_bytes(f) - (size_t)l.header) / CK_WORDS;
    uint32_t rows[CK_PANEL * ROW_WORDS];
    for (int r = 0; r < CK_PANEL; r++) {
        const uint8_t *b = source + (size_t)r * row_bytes;
        memcpy(to + 2 * r, b + d, 2);
        if (l.min) memcpy(to + l.min + 2 * r, b + d + 2, 2);
        row_words(f, b, rows + r * ROW_WORDS);
    }
    for (int half = 0; half < 2; half++)
        UNROLL for (int first = l.scales ? 0 : SCALES; first < words; first += 16) {
            __m512i v[16];
            UNROLL for (int i = 0; i < 16; i++)
                v[i] = _mm512_loadu_si512(rows + (half * 16 + i) * ROW_WORDS + first);
            transpose(v);
            UNROLL for (int i = 0; i < 16; i++) {
                const int word = first + i;
                if (word >= words) break;
                if (word < SCALES) store_bytes(v[i], (uint8_t *)to + l.scales + word * 4 * CK_PANEL + 16 * half);
                else _mm512_storeu_si512(to + l.header + (word - SCALES) * CK_WORDS + 64 * half, v[i]);
            }
        }
}

#define PACK(F) \
    __attribute__((noinline)) static void pack_##F(const uint8_t *source, size_t row_bytes, char *to) { \
        pack_block(F, source, row_bytes, to); \
    }
PACK(CK_Q8_0) PACK(CK_Q4_0) PACK(CK_Q4_1) PACK(CK_Q2_K) PACK(CK_Q3_K) PACK(CK_Q4_K) PACK(CK_Q5_K) PACK(CK_Q6_K)

typedef void pack_function(const uint8_t *source, size_t row_bytes, char *to);

static pack_function *pack_of(ck_format f) {
    switch (f) {
    case CK_Q8_0: return pack_CK_Q8_0;
    case CK_Q4_0: case CK_IQ4_NL: return pack_CK_Q4_0;
    case CK_Q4_1: return pack_CK_Q4_1;
    case CK_Q2_K: return pack_CK_Q2_K;
    case CK_Q3_K: return pack_CK_Q3_K;
    case CK_Q4_K: return pack_CK_Q4_K;
    case CK_Q5_K: return pack_CK_Q5_K;
    case CK_Q6_K: return pack_CK_Q6_K;
    default: return NULL;
    }
}

static void pack_last(const ck_plan *plan, const void *source, void *packed, int64_t n0, int64_t n1) {
    ck_panel_pack(plan, source, NULL, packed, n0, n1);
    if (plan->format != CK_Q8_0) return;
    const size_t panel = ck_panel_bytes(CK_Q8_0, plan->k), block = ck_panel_block_bytes(CK_Q8_0);
    uint8_t *b = (uint8_t *)packed + (size_t)(n0 / CK_PANEL) * panel;
    for (uint8_t *end = b + panel; b < end; b += block)
        for (size_t i = (size_t)ck_layout(CK_Q8_0).header; i < block; i++) b[i] ^= 0x80;
}

void ck_avx512_pack(const ck_plan *plan, const void *source, const ck_scales *scales, void *packed, int64_t n0,
                    int64_t n1) {
    const ck_format f = plan->format;
    pack_function *pack = pack_of(f);
    if (!pack) {
        ck_panel_pack(plan, source, scales, packed, n0, n1);
        return;
    }
    const int64_t full = n0 + (n1 - n0) / CK_PANEL * CK_PANEL, blocks = plan->k / ck_layout(f).columns;
    const size_t row_bytes = ck_row_bytes(f, plan->k), panel = ck_panel_bytes(f, plan->k);
    for (int64_t n = n0; n < full; n += CK_PANEL)
        for (int64_t s = 0; s < blocks; s++)
            pack((const uint8_t *)source + (size_t)n * row_bytes + (size_t)s * ck_block_bytes(f), row_bytes,
                 (char *)packed + (size_t)(n / CK_PANEL) * panel + (size_t)s * ck_panel_block_bytes(f));
    if (full < n1) pack_last(plan, source, packed, full, n1);
}

#pragma clang attribute pop
#endif
