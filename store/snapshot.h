// A consistent copy of everything in Redis while it goes on working: the snapshot that Redis gives a replica that connects
// (SYNC). It is of one moment, made by a forked child, and comes as a stream, from an embedded Redis as from one elsewhere.
// The copy is an RDB file with a checksum of its own. Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kairan::store {

/// @param take      gets the copy piece by piece
/// @param begin     called once with the copy's size, when Redis has made it; may be empty
/// @return kUnavailable with the reason when Redis does not give one, kTimeout when it stops in the middle
Status stream_snapshot(const std::string& redis_url, const std::function<void(std::uint64_t bytes)>& begin,
                       const std::function<Status(std::string_view)>& take);

}  // namespace kairan::store
