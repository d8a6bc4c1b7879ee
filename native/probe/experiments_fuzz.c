#include "judge.h"

const experiment fuzz_experiments[] = {
    {NULL, NULL},
};
