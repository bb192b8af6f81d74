#include "base/bounded_json.h"
