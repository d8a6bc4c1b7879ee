#include "judge.h"

const experiment life_experiments[] = {
    {NULL, NULL},
};
