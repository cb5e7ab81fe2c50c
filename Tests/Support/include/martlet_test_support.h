#pragma once
#include <stdbool.h>

/// Starts counting this thread's calls of the allocator from zero.
void mts_count_allocations(void);

/// Stops counting and says how many calls there were.
long mts_allocations(void);

/// False where the allocator cannot be wrapped: no glibc, or a sanitizer has its own.
bool mts_can_count_allocations(void);
