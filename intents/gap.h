// A question the city may learn from: one without an answer, or one whose answer did not help. A value; no ids.
#pragma once

#include <string>
#include <string_view>

namespace kairan::intents {

enum class GapKind { kUnmatched, kRejected };
std::string_view gap_kind_name(GapKind kind);  ///< "unmatched", "rejected"

struct Gap {
  GapKind kind = GapKind::kUnmatched;
  std::string text;    ///< masked
  std::string key;     ///< equal for texts of the same content words; "" when there is nothing to learn
  std::string intent;  ///< what was answered, for kRejected
  bool operator==(const Gap&) const = default;
};

}  // namespace kairan::intents
