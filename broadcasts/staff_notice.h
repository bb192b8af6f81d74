// What the people responsible must hear from the dispatcher and the service, and the end of a broadcast. Owned here, implemented by whoever
// can reach staff.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "store/broadcasts.h"

namespace kairan::broadcasts {

struct Notice {
  enum class Kind {
    kHeld,     ///< waits for a person: drift, missed time, restore
    kPaused,   ///< stopped by itself: quota, errors
    kFailed,   ///< nothing more leaves
    kExpired,  ///< its time was over before all had left
    kFinished, ///< all is done
    kAlarm,    ///< something that must not happen, or a token that is not accepted
    kLate,     ///< something is past its deadline
    kToApprove,      ///< submitted: waits for a second person
    kReturned,       ///< returned or rejected: the author reads why
    kDrillSent,      ///< a public drill was ordered
    kEmergencyUsed,  ///< one person, or a released rule, sent from what was published
    kCorrection,     ///< something was taken back
    kRulesPublished, ///< the rules of warnings are others from now on
  };
  Kind kind = Kind::kAlarm;
  std::string broadcast;  ///< id, or what else it is about (kAlertRulesNotice, gateway/staff_notices.h)
  std::string reason;     ///< Japanese
};

/// In the place of a broadcast's id, with the proposal's hash behind: rules of warnings that two people decide about.
inline constexpr std::string_view kAlertRulesNotice = "alert_rules:";

/// Threads: any.
class StaffNotice {
 public:
  virtual ~StaffNotice() = default;
  /// Quick, never throws; getting it to people is the implementation's care.
  virtual void tell(const Notice& notice) = 0;
  /// Called at least once when a broadcast is over and every batch of it has an outcome (the record holds how it ended),
  /// and again while it fails: to enter it in the register.
  virtual Status over(const store::BroadcastRecord& record) = 0;
  /// Somebody in charge looked at the broadcast: what was told about it counts as read.
  virtual void seen(std::string_view broadcast, std::string_view account) {
    (void)broadcast;
    (void)account;
  }
};

}  // namespace kairan::broadcasts
