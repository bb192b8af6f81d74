// Broadcasts as the API shows them, and what the pages ask about several of them. Any thread.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "broadcasts/service.h"
#include "gateway/staff_api/reply.h"

namespace kairan::gateway::staff {

nlohmann::json summary_json(const broadcasts::View& view, Language language);
nlohmann::json broadcast_json(const broadcasts::View& view, Language language);
nlohmann::json status_view_json(const broadcasts::StatusView& status, Language language);
nlohmann::json dry_run_json(const broadcasts::DryRun& run, const broadcasts::View& view, Language language);
nlohmann::json problems_json(const std::vector<broadcasts::Problem>& problems, Language language);
/// The problems that stop something, at their fields.
std::vector<FieldError> field_errors(const std::vector<broadcasts::Problem>& problems);

/// A time, or null.
nlohmann::json time_or_null(const std::optional<TimePoint>& t);
/// When it began to leave; none before.
std::optional<TimePoint> departed_at(const broadcasts::View& view);
/// 「12,034」.
std::string with_commas(std::uint64_t number);

/// Calls `take` for every broadcast, newest first, until it gives false or `most` were read.
Status each_broadcast(broadcasts::BroadcastService& service, const store::Actor& who, std::size_t most,
                      const std::function<bool(const broadcasts::View&)>& take);

}  // namespace kairan::gateway::staff
