#if defined(__x86_64__)
#define Q8_TARGET "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma,f16c"
#define Q8_MULTIPLY ck_avx512_multiply_q8_vnni
#define dot4(sum, u, s) _mm512_dpbusd_epi32(sum, u, s)
#include "linear_avx512_q8.h"
#endif
