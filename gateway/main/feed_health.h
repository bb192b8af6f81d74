// What staff are told of the feeds of warnings: whether they can be read, and since when not. Pure; any thread.
#pragma once

#include <chrono>

#include "adapters/jma/poller.h"
#include "base/clock.h"
#include "gateway/staff_api/parts.h"

namespace kairan::gateway {

/// Some polls may fail; after this long without any that worked, warnings may be missed.
inline constexpr std::chrono::minutes kFeedLate{3};

staff::HealthPart feed_part(const adapters::jma::PollerFigures& figures, TimePoint now);

}  // namespace kairan::gateway
