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

static int list_tables(const ck_vector_table *tables[5]) {
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
    const ck_vector_table *tables[5];
    list_tables(tables);
    return tables[0];
}

// True where `name` is `start` or goes on with a dash.
static bool begins(const char *name, const char *start) {
    size_t length = strlen(start);
    return strncmp(name, start, length) == 0 && (name[length] == 0 || name[length] == '-');
}

const ck_vector_table *ck_vector_named(const char *name) {
    const ck_vector_table *tables[5];
    int count = list_tables(tables);
    for (int i = 0; i < count; i++) if (begins(tables[i]->name, name)) return tables[i];
    for (int i = 0; i < count; i++) if (begins(name, tables[i]->name)) return tables[i];
    return NULL;
}
