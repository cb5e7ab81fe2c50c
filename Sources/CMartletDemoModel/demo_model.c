#include "martlet_demo_model.h"

_Alignas(64) const unsigned char martlet_demo_model[] = {
#embed "demo.gguf"
};

const size_t martlet_demo_model_size = sizeof martlet_demo_model;
