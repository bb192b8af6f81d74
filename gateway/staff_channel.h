// A way to reach the staff: mail, a group on LINE. Owned by the gateway, implemented in adapters/.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace kairan::gateway {

struct StaffMessage {
  std::string id;        ///< of the notice: a repeat of one carries the same
  std::string subject;   ///< one line
  std::string text;      ///< plain text; names broadcasts and accounts, never a resident
  bool escalated = false;  ///< nobody read it in time: to those above
};

/// Threads: any; each call may take as long as its own deadline.
class StaffChannel {
 public:
  virtual ~StaffChannel() = default;
  virtual std::string_view name() const = 0;
  /// Tries once. kUnavailable and kTimeout may be tried again.
  virtual Status send(const StaffMessage& message) = 0;
};

}  // namespace kairan::gateway
