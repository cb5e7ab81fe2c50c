#include "martlet_demo_model.h"

// One byte of padding: an array cannot be empty, the file may.
static _Alignas(64) const unsigned char model[] = {
#embed "demo.gguf" suffix(,)
    0,
};

const unsigned char *martlet_demo_model(void) { return model; }

size_t martlet_demo_model_size(void) { return sizeof model - 1; }
