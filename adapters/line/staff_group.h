// The staff's own group on LINE as a way to tell them. Threads: any.
#pragma once

#include <string>

#include "adapters/line/api_client.h"
#include "gateway/staff_channel.h"

namespace kairan::adapters::line {

class StaffGroup final : public gateway::StaffChannel {
 public:
  /// @param api    outlives this
  /// @param group  id of the group, "C" and 32 hex digits
  StaffGroup(ApiClient& api, std::string group) : api_(api), group_(std::move(group)) {}

  std::string_view name() const override { return "line_group"; }
  Status send(const gateway::StaffMessage& message) override;

 private:
  ApiClient& api_;
  const std::string group_;
};

}  // namespace kairan::adapters::line
