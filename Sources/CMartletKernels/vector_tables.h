// The tables that this architecture can have.
#include "ck_vector.h"

extern const ck_vector_table ck_vector_portable;
#if defined(__x86_64__)
extern const ck_vector_table ck_vector_avx2;
extern const ck_vector_table ck_vector_avx512;
extern const ck_vector_table ck_vector_avx512_bf16;
#elif defined(__aarch64__)
extern const ck_vector_table ck_vector_neon;
#endif
