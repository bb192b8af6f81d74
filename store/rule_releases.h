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

/// What waits for a second person, without its text.
struct WaitingRules {
  std::string hash;
  std::string by;  ///< who proposed it
  TimePoint at;
};

/// The proposal that somebody else gave back last, until its author has seen it or something is proposed or published.
struct ReturnedRules {
  std::string hash;
  std::string proposed_by, by;  ///< the accounts
  TimePoint at;
  std::string why;
};

struct PublishedRules {
  std::string hash, text;
  std::string proposed_by, published_by;
  TimePoint proposed_at, published_at;
};

/// The refusals that whoever calls may want to give before it writes anything down.
Error own_proposal();
Error another_proposal();
Error no_proposal();
Error rules_too_large();

class RuleReleases {
 public:
  explicit RuleReleases(RedisClient& redis) : redis_(redis) {}

  Result<std::optional<ProposedRules>> proposed();
  Result<std::optional<PublishedRules>> published();
  /// Two small questions, cheap enough for every look at a page.
  Result<std::optional<WaitingRules>> waiting();
  Result<std::optional<ReturnedRules>> returned();
  /// "" when nothing was ever published. One small question, cheap enough for every message.
  Result<std::string> published_hash();

  /// In the place of what was proposed before, whoever did. kTooLarge over kMaxBytes. Repeating any of the three after
  /// kTimeout is harmless.
  Status propose(const ProposedRules& rules);
  /// kNotFound: nothing is proposed; kConflict: something else is; kRefused: `account` proposed it.
  Status publish(std::string_view hash, const std::string& account, TimePoint now);
  /// Takes the proposal away; what is not the account's own is kept as returned. With nothing proposed, an author's call for
  /// what was returned to them takes that note away. kNotFound, kConflict as above.
  Status give_back(std::string_view hash, const std::string& account, TimePoint now, std::string_view why);

  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

 private:
  Status move(const char* step, std::string_view hash, const std::string& account, TimePoint now, std::string text);

  RedisClient& redis_;
};

}  // namespace kairan::store
