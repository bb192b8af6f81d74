#include "adapters/http_client.h"
