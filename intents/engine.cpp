#include "intents/engine.h"
