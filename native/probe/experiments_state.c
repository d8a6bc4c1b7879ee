#include "judge.h"

const experiment state_experiments[] = {
    {NULL, NULL},
};
