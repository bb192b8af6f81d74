// What was sent without a store, as the register keeps it once the store is back. Threads: any.
#pragma once

#include "base/clock.h"
#include "gateway/emergency/file_ledger.h"
#include "store/register.h"

namespace kairan::gateway {

/// The register's entry of a ledger, under the order's own id: entering it twice adds nothing.
store::RegisterEntry register_entry(const FileLedger& ledger, TimePoint now);

}  // namespace kairan::gateway
