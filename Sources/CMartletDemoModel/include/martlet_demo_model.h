#ifndef MARTLET_DEMO_MODEL_H
#define MARTLET_DEMO_MODEL_H
#include <stddef.h>

// The demo model, a GGUF file compiled into the binary (64-byte aligned).
const unsigned char *martlet_demo_model(void);

// Its bytes; 0 in a build without one.
size_t martlet_demo_model_size(void);

#endif
