// Which vector table this CPU runs.
#include <string.h>

#include "ck_features.h"
#include "vector_tables.h"

size_t ck_kv_group_bytes(ck_kv_dtype dtype, int64_t head_dim) {
    size_t elements = 16 * (size_t)(head_dim + ((head_dim + 15) & ~(int64_t)15));
    switch (dtype) {
    case CK_KV_F32: return elements * 4;
    case CK_KV_BF16: return elements * 2;
    case CK_KV_I8: return elements + 2 * 16 * sizeof(float);
    }
    return 0;
}

size_t ck_attention_scratch_bytes(int64_t head_dim, int64_t rows) {
    size_t width = (size_t)((head_dim + 15) & ~(int64_t)15), depth = (size_t)head_dim;
    // Tile of four groups, weights of four rows, and per row: sums, output, query, maximum.
    return sizeof(float) * (64 * (depth + width) + 4 * CK_ATTENTION_TILE + (size_t)rows * (16 + width + depth + 1));
}

static int list_tables(const ck_vector_table *tables[4]) {
    int count = 0;
#if defined(__x86_64__)
    ck_features features = ck_features_detect();
    if (features.avx512) tables[count++] = &ck_vector_avx512;
    if (features.avx2) tables[count++] = &ck_vector_avx2;
#elif defined(__aarch64__)
    tables[count++] = &ck_vector_neon;
#endif
    tables[count++] = &ck_vector_portable;
    return count;
}

const ck_vector_table *ck_vector_best(void) {
    const ck_vector_table *tables[4];
    list_tables(tables);
    return tables[0];
}

// True where `name` is `start` or goes on with a dash.
static bool begins(const char *name, const char *start) {
    size_t length = strlen(start);
    return strncmp(name, start, length) == 0 && (name[length] == 0 || name[length] == '-');
}

const ck_vector_table *ck_vector_named(const char *name) {
    const ck_vector_table *tables[4];
    int count = list_tables(tables);
    for (int i = 0; i < count; i++) if (begins(tables[i]->name, name)) return tables[i];
    for (int i = 0; i < count; i++) if (begins(name, tables[i]->name)) return tables[i];
    return NULL;
}
