#include "judge.h"

const experiment thread_experiments[] = {
    {NULL, NULL},
};
