// Which vector table this CPU runs.
#include <string.h>

#include "ck_features.h"
#include "vector_layout.h"
#include "vector_tables.h"

size_t ck_kv_group_bytes(ck_kv_dtype dtype, int64_t head_dim) {
    return (size_t)(dtype == CK_KV_I8 ? scales_offset(head_dim) + 2 * 16 * 4
                                      : values_offset(dtype, head_dim) + 16 * attention_width(head_dim) *
                                                                            element_bytes(dtype));
}

size_t ck_latent_group_bytes(ck_kv_dtype dtype, int64_t width) {
    return (size_t)(16 * attention_width(width) * element_bytes(dtype) + (dtype == CK_KV_I8 ? 16 * 4 : 0));
}

size_t ck_attention_partial_bytes(int64_t head_dim, int64_t rows) {
    return sizeof(float) * (size_t)(attention_rows(rows) * attention_record(head_dim));
}

size_t ck_attention_scratch_bytes(int64_t head_dim, int64_t rows) {
    int64_t padded_rows = attention_rows(rows);
    // Two sets of records, a tile as float32, weights of a block of rows, and per row: query and position.
    int64_t floats = 2 * padded_rows * attention_record(head_dim) + attention_tile(head_dim) +
                     ATTENTION_ROWS * CK_ATTENTION_TILE + padded_rows * (attention_width(head_dim) + 2);
    return sizeof(float) * (size_t)floats;
}

enum { MAX_TABLES = 5 };

// Best first.
static int list_tables(const ck_vector_table *tables[MAX_TABLES]) {
    int count = 0;
#if defined(__x86_64__)
    ck_features features = ck_features_detect();
    if (features.avx512_bf16) tables[count++] = &ck_vector_avx512_bf16;
    if (features.avx512) tables[count++] = &ck_vector_avx512;
    if (features.avx2) tables[count++] = &ck_vector_avx2;
#elif defined(__aarch64__)
    tables[count++] = &ck_vector_neon;
#endif
    tables[count++] = &ck_vector_portable;
    return count;
}

const ck_vector_table *ck_vector_best(void) {
    const ck_vector_table *tables[MAX_TABLES];
    list_tables(tables);
    return tables[0];
}

const ck_vector_table *ck_vector_named(const char *name) {
    const ck_vector_table *tables[MAX_TABLES];
    int count = list_tables(tables);
    for (int i = 0; i < count; i++) if (strcmp(tables[i]->name, name) == 0) return tables[i];
    return NULL;
}

const ck_vector_table *ck_vector_beside(const char *linear_name) {
    const ck_vector_table *tables[MAX_TABLES];
    int count = list_tables(tables);
    for (int i = 0; i < count; i++) {
        size_t length = strlen(tables[i]->name);
        const char *rest = linear_name + length;
        if (strncmp(tables[i]->name, linear_name, length) == 0 && (*rest == 0 || *rest == '-')) return tables[i];
    }
    return NULL;
}
