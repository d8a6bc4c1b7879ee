#include "judge.h"

const experiment memory_experiments[] = {
    {NULL, NULL},
};
