// Times as XML writes them. Pure functions; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace kairan::adapters {

/// xsd:dateTime with an offset or Z ("2024-03-20T09:53:00+09:00", "...Z", fractions of a second cut to milliseconds);
/// nothing for a time without an offset or one that does not exist.
std::optional<TimePoint> parse_xml_time(std::string_view text);

}  // namespace kairan::adapters
