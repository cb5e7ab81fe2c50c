#include "ck_vector.h"
