// Ledger rows, cursors and lists of people in the form the scripts store; shared by broadcast_ledger*.cpp. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/broadcast_ledger.h"

namespace kairan::store::ledger_text {

/// kCorrupt when it is not a row.
Result<BatchRow> row_of(std::uint32_t number, std::string_view json);
std::string cursor_text(const AudienceCursor& cursor);  ///< "0:7:812", "end"
AudienceCursor cursor_of(std::string_view text);        ///< anything else: the end
std::string people_text(std::span<const SubscriberRef> people);  ///< "7:812,7:813"
std::uint64_t number_of(std::string_view text);                  ///< 0 when it is none

}  // namespace kairan::store::ledger_text
