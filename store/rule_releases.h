// The rules of warnings that are proposed and those that are published: a text, its hash, and the two accounts that stand behind it.
// Holds nothing of residents. Who may do what is decided by who calls; that nobody publishes a proposal of their own is decided
// here, in the script that stores it.
//
// Layout: alerts:rules hash, described in rules_move.lua. Threads: any; several processes may serve one store.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "store/redis_client.h"

namespace kairan::store {

struct ProposedRules {
  std::string hash, text;
  std::string by;  ///< the account
  TimePoint at;
};

struct PublishedRules {
  std::string hash, text;
  std::string proposed_by, published_by;
  TimePoint proposed_at, published_at;
};

/// The refusals that whoever calls may want to give before it writes anything down.
Error own_proposal();
Error another_proposal();
Error rules_too_large();

class RuleReleases {
 public:
  explicit RuleReleases(RedisClient& redis) : redis_(redis) {}

  Result<std::optional<ProposedRules>> proposed();
  Result<std::optional<PublishedRules>> published();
  /// "" when nothing was ever published. One small question, cheap enough for every message.
  Result<std::string> published_hash();

  /// In the place of what was proposed before, whoever did. kTooLarge over kMaxBytes. Repeating any of the three after
  /// kTimeout is harmless.
  Status propose(const ProposedRules& rules);
  /// kNotFound: nothing is proposed; kConflict: something else is; kRefused: `account` proposed it.
  Status publish(std::string_view hash, const std::string& account, TimePoint now);
  /// Takes the proposal away. kNotFound, kConflict as above.
  Status give_back(std::string_view hash, const std::string& account, TimePoint now);

  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

 private:
  Status move(const char* step, std::string_view hash, const std::string& account, TimePoint now,
              const std::string& text);

  RedisClient& redis_;
};

}  // namespace kairan::store
