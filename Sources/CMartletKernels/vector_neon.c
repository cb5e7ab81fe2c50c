// NEON: vectors of four floats with fused multiply-add.
#if defined(__aarch64__)
#include "vector_tables.h"
#define VL 4
#define HAS_FMA 1
#define HAS_BF16_DOT 0
#define TABLE ck_vector_neon
#define TABLE_NAME "neon"
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
#endif
