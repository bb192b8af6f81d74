#include "base/outcome.h"

namespace kairan {

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAccepted:
      return "accepted";
    case Outcome::kLater:
      return "later";
    case Outcome::kQuotaExhausted:
      return "quota_exhausted";
    case Outcome::kUnauthorized:
      return "unauthorized";
    case Outcome::kRefused:
      return "refused";
    case Outcome::kUnknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace kairan
