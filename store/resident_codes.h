// Short codes that a resident asks for in the chat and reads out to the staff, who find the resident by it: to erase them on
// their request, for example. A code is 8 signs without look-alikes, valid for a day; a new one takes the former's place.
// What is stored is an HMAC of the code. Threads: any.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "store/subscribers.h"

namespace kairan::store {

class ResidentCodes {
 public:
  ResidentCodes(RedisClient& redis, const Sealer& sealer) : redis_(redis), sealer_(sealer) {}

  /// A new code as it is read aloud, "K7QM-2XTP", valid for kValid. kConflict when the resident asked for more than
  /// kIssuesPerHour within an hour.
  Result<std::string> issue_code(SubscriberRef ref);
  /// Whose code it is. Small letters, other or no hyphens, full-width signs and the look-alikes O, I, L are understood.
  /// @return kInvalid when it has not the form of a code, kNotFound when it is not valid (any more), kConflict when
  ///         kWrongPerHour wrong ones were tried within an hour: wait
  Result<SubscriberRef> redeem_code(std::string_view code);
  /// Makes a resident's code invalid.
  Status forget(SubscriberRef ref);

  static constexpr std::chrono::hours kValid{24};
  static constexpr int kIssuesPerHour = 5;
  /// 2^40 codes, some dozens valid: at this rate a wrong guess hits one in tens of thousands of years.
  static constexpr int kWrongPerHour = 60;

 private:
  RedisClient& redis_;
  const Sealer& sealer_;
};

/// A code's 8 signs as they are compared; empty when the text is none. The city's group codes have the same form.
std::string fold_code(std::string_view text);
/// 8 random signs.
std::string random_code();
/// "K7QM-2XTP".
std::string show_code(std::string_view code);

}  // namespace kairan::store
