// Bytes that a feed, an endpoint or a folder gave, to Alerts, whichever format they are in. Pure; any thread.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "broadcasts/alert.h"
#include "broadcasts/alert_city.h"

namespace kairan::gateway {

/// A telegram's size limit: VPRN50 reaches 4 MB.
inline constexpr std::size_t kMaxAlertBytes = std::size_t{8} << 20;

/// At least one alert. The error's detail is Japanese and says what is wrong with the bytes, or what else they are.
Result<std::vector<broadcasts::Alert>> read_alerts(std::string_view bytes, std::string_view name,
                                                   const broadcasts::AlertCity& city);

}  // namespace kairan::gateway
