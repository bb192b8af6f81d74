// Codes that the city hands to groups it has verified (ward chiefs, fire brigade, staff): whoever enters one in the chat gets
// a value of an attribute that no one can choose alone. A code can expire, have a greatest number of uses, and be revoked,
// with those who entered by it. Wrong tries are limited for each resident and over all. What is stored is an HMAC.
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "store/subscribers.h"

namespace kairan::store {

struct GroupCode {
  std::string id;  ///< names it in lists; not the code
  std::string attribute, value;
  std::string note;  ///< whom the city gave it to
  TimePoint created;
  std::optional<TimePoint> expires;
  std::uint64_t at_most = 0;  ///< residents who may use it; 0 = no limit
  bool revoked = false;
  std::uint64_t used = 0;  ///< by how many residents
};

struct GroupTry {
  enum class Kind { kEntered, kWrong, kLocked };
  Kind kind = Kind::kWrong;
  std::string attribute, value;  ///< kEntered: what to set
  int tries_left = 0;            ///< kWrong
};

class GroupCodes {
 public:
  GroupCodes(RedisClient& redis, const Sealer& sealer) : redis_(redis), sealer_(sealer) {}

  /// Stores a new code with the fields of `code` but id and used. @return the code, which nobody can be told again
  Result<std::string> add(GroupCode& code);
  Result<std::vector<GroupCode>> list();
  /// From now on nobody enters by it. kNotFound.
  Status revoke(std::string_view id);
  /// Who entered by it.
  Result<std::vector<SubscriberRef>> members(std::string_view id);

  /// A resident's try. Trying a code again that one has used counts once. Codes that are expired, revoked or used up are
  /// wrong like any other.
  Result<GroupTry> enter(SubscriberRef ref, std::string_view text, TimePoint now);
  /// Takes a resident out of the lists of who used a code.
  Status forget(SubscriberRef ref);

  static constexpr int kWrongPerResident = 5;  ///< within an hour
  static constexpr int kWrongOverall = 200;    ///< within an hour

 private:
  Result<std::optional<GroupCode>> read(const std::string& id);
  RedisClient& redis_;
  const Sealer& sealer_;
};

}  // namespace kairan::store
