// AVX-512: vectors of sixteen floats.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "vector_tables.h"
#define VL 16
#define HAS_FMA 1
#define HAS_BF16_DOT 0
#define TABLE ck_vector_avx512
#define TABLE_NAME "avx512"
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), \
                             apply_to = function)
#include "vector_simd.h"
#include "vector_rows.h"
#include "vector_unfold.h"
#include "vector_functions.h"
#include "vector_recurrence.h"
#include "vector_cache.h"
#include "vector_attention_state.h"
#include "vector_attention_f32.h"
#include "vector_attention.h"
#include "vector_attention_weights.h"
#include "vector_scan.h"
#pragma clang attribute pop
#endif
