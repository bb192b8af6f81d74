// A broadcast that is over, as the register keeps it. Pure function; any thread.
#pragma once

#include "base/clock.h"
#include "broadcasts/service.h"
#include "store/attributes.h"
#include "store/broadcasts.h"
#include "store/register.h"

namespace kairan::broadcasts {

/// Text of every language, the segment as a sentence, who wrote and approved it, and what became of it.
store::RegisterEntry register_entry(const store::BroadcastRecord& record, const StatusView& figures,
                                    const store::AttributeSchema& schema, TimePoint now);

}  // namespace kairan::broadcasts
