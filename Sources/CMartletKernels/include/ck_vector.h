#ifndef CK_VECTOR_H
#define CK_VECTOR_H
// Everything of a step but the matrix products: norms, rotary, attention, activations, sampling scans.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#endif
