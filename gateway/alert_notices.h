// What the desk of warnings tells the staff, as notices: each held warning has a notice of its own, so that looking after one
// leaves the others to be told again and to go to those above. Threads: any.
#pragma once

#include "broadcasts/alert_desk.h"
#include "gateway/staff_notices.h"

namespace kairan::gateway {

/// @param notices  outlives what is returned
broadcasts::AlertNotice alert_notice(StaffNotices& notices);

}  // namespace kairan::gateway
