// Keys of other systems: "kairan_ID_SECRET", of which the store has the SHA-256 of the secret. A key is random, so that one
// hash is enough. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/records.h"

namespace kairan::gateway::staff {

struct ApiKey {
  std::string id;
  std::string name;  ///< which system
  std::string section;
  std::vector<std::string> scopes;
  std::string hash;  ///< SHA-256 of the secret in hex
  std::string created_by;
  TimePoint created, expires;
  std::uint64_t revision = 0;
};

/// Gives `key` an id, hashes a new secret into it and stores it. @return the whole key, to be shown once
Result<std::string> make_api_key(store::Records& records, ApiKey& key);
/// The key that lets in; none when it is unknown, wrong or expired.
Result<std::optional<ApiKey>> find_api_key(store::Records& records, std::string_view bearer, TimePoint now);
Result<std::vector<ApiKey>> all_api_keys(store::Records& records);

}  // namespace kairan::gateway::staff
