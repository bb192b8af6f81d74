// How one try to get something out to people ended. The caller's next step follows from the name alone; every channel
// maps its platform's answers onto these in one table.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace kairan {

enum class Outcome {
  kAccepted,        ///< the platform took it (or says it had taken it already)
  kLater,           ///< not taken; try again after `retry_after`
  kQuotaExhausted,  ///< not taken; the plan's messages are used up: pause and tell the operator
  kUnauthorized,    ///< not taken; the token is not accepted: stop and alarm
  kRefused,         ///< not taken and never will be as it is; record why
  kUnknown,         ///< may have been taken; repeat only under the same retry key or the same reply token
};

std::string_view outcome_name(Outcome outcome);

struct SendResult {
  Outcome outcome = Outcome::kUnknown;
  std::chrono::milliseconds retry_after{0};  ///< kLater only
  int status = 0;                            ///< HTTP status, 0 when no answer came
  std::string request_id;                    ///< the platform's id of this request, for its support
  std::string detail;                        ///< for logs; never resident text
  bool already_accepted = false;             ///< kAccepted because an earlier try with the same key was taken (409)
  bool reply_token_dead = false;             ///< kRefused because the reply token is used, expired or unknown
};

}  // namespace kairan
