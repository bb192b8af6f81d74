#include "broadcasts/deliverer.h"

#include "broadcasts/composition.h"
