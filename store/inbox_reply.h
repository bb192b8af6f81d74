// Reading Redis' stream answers into the inbox's values; shared by inbox.cpp and inbox_replies.cpp. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "store/inbox.h"

namespace kairan::store::reply_reading {

TimePoint time_of(const std::string& ms);
/// Entries of XRANGE, in order; unknown fields are left out.
std::vector<StoredEvent> events_of(const Reply& entries);

}  // namespace kairan::store::reply_reading
