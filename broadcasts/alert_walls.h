// What keeps a drill or a test telegram from leaving as real: three refusals, each enough by itself.
//   - the engine never decides to send one (alert_engine.h);
//   - the desk makes no order of one, whatever was decided, so there is nothing that anybody could release;
//   - the way to the broadcasts takes no order that came from one.
// Threads: any.
#pragma once

#include "base/result.h"
#include "broadcasts/alert_desk.h"
#include "broadcasts/alert_engine.h"

namespace kairan::broadcasts {

/// The desk's refusal: by the message itself and by what was decided, either is enough.
bool may_be_ordered(const Alert& alert, const AlertDecision& decision);

/// The refusal of the way out: kRefused with the reason for staff. What no person released and no published rules decided is
/// refused too.
Status may_be_broadcast(const AlertOrder& order);

}  // namespace kairan::broadcasts
