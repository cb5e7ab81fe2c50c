#ifndef CK_FEATURES_H
#define CK_FEATURES_H
// Which instruction sets this CPU and operating system offer.
#include <stdbool.h>

typedef struct {
    bool avx2;          // AVX2, FMA and F16C together
    bool avx_vnni;      // VPDPBUSD on 256-bit registers without AVX-512
    bool avx512;        // F, BW, VL and DQ together
    bool avx512_vnni;
    bool avx512_bf16;
    bool avx512_vbmi;
    bool neon_dotprod;  // SDOT
    bool neon_i8mm;     // SMMLA
    bool neon_bf16;     // BFDOT, BFMMLA
} ck_features;

ck_features ck_features_detect(void);

#endif
