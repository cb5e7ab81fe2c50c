#include "ck_linear.h"
