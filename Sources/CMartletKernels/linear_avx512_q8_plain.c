#if defined(__x86_64__)
#define Q8_TARGET "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c"
#define Q8_MULTIPLY ck_avx512_multiply_q8
// VPMADDUBSW would saturate: its pairs of products do not fit 16 bits when unsigned codes reach 248.
#define dot4(sum, u, s) widening_dot4(sum, u, s)
#include <immintrin.h>
__attribute__((always_inline, target("avx512f,avx512bw"))) static inline __m512i widening_dot4(__m512i sum, __m512i u,
                                                                                               __m512i s) {
    __m512i even = _mm512_madd_epi16(_mm512_and_si512(u, _mm512_set1_epi16(0xff)),
                                     _mm512_srai_epi16(_mm512_slli_epi16(s, 8), 8));
    __m512i odd = _mm512_madd_epi16(_mm512_srli_epi16(u, 8), _mm512_srai_epi16(s, 8));
    return _mm512_add_epi32(sum, _mm512_add_epi32(even, odd));
}
#include "linear_avx512_q8.h"
#endif
