#include "gateway/channel.h"
