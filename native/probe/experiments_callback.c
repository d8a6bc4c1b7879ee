#include "judge.h"

const experiment callback_experiments[] = {
    {NULL, NULL},
};
