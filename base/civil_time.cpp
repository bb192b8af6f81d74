#include "base/civil_time.h"
