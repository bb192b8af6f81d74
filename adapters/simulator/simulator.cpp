#include "gateway/http.h"
