// Short links of broadcasts: where a code leads, and how often each was followed. Nothing about who followed it is kept.
// Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/redis_client.h"

namespace kairan::store {

struct Link {
  std::string broadcast;
  std::string url;
};

class Links {
 public:
  explicit Links(RedisClient& redis) : redis_(redis) {}

  /// Makes codes lead to addresses. A code that exists keeps what it leads to. Repeating it is harmless.
  Status add(std::string_view broadcast, const std::vector<std::pair<std::string, std::string>>& code_and_url);
  Result<std::optional<Link>> find(std::string_view code);
  Status count(const Link& link, std::string_view code);
  /// Code → how often it was followed.
  Result<std::map<std::string, std::uint64_t>> clicks(std::string_view broadcast);

 private:
  RedisClient& redis_;
};

}  // namespace kairan::store
