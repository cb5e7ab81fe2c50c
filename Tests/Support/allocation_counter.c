#include "martlet_test_support.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

static _Thread_local bool counting;
static _Thread_local long allocations;

void mts_count_allocations(void) {
    allocations = 0;
    counting = true;
}

long mts_allocations(void) {
    counting = false;
    return allocations;
}

#if defined(__GLIBC__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

// A definition in the executable comes before libc's for every library of the process.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *pointer, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static void note(void) {
    if (counting) allocations++;
}

void *malloc(size_t size) {
    note();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    note();
    return __libc_calloc(count, size);
}

void *realloc(void *pointer, size_t size) {
    note();
    return __libc_realloc(pointer, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    note();
    void *pointer = __libc_memalign(alignment, size);
    if (pointer == NULL) return ENOMEM;
    *result = pointer;
    return 0;
}

bool mts_can_count_allocations(void) { return true; }

#else

bool mts_can_count_allocations(void) { return false; }

#endif
