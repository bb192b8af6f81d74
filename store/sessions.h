// Who is logged in. A session is known by the SHA-256 of its token, so that reading the store lets nobody in; it ends when
// it was not used for a while, at an hour fixed when it began, or when somebody ends it. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/redis_client.h"

namespace kairan::store {

struct Session {
  std::string id;          ///< SHA-256 of the token in hex
  std::string account;
  std::uint64_t generation = 0;  ///< of the account when it began; an account that has moved on ended it
  bool half = false;       ///< the password was right, the second factor is still missing
  TimePoint created, seen, ends;
  std::string source;      ///< address it began from
  std::string agent;       ///< the browser's own name, shortened
};

struct SessionTimes {
  std::chrono::milliseconds idle{std::chrono::minutes(30)};
  std::chrono::milliseconds absolute{std::chrono::hours(12)};
};

class Sessions {
 public:
  explicit Sessions(RedisClient& redis) : redis_(redis) {}

  /// Begins one. `session.id`, `seen` and `ends` are set here. @return its token: 64 hex digits, shown to its owner alone
  Result<std::string> begin(Session session, const SessionTimes& times);
  /// @param used  false: looked at in the background, which keeps nothing alive
  Result<std::optional<Session>> find(std::string_view token, TimePoint now, bool used);
  Status end(const Session& session);
  /// Ends one by its id, if it is one of the account's. @return whether it was
  Result<bool> end_of(std::string_view account, std::string_view id);
  Status end_all(std::string_view account, std::string_view but_id = {});
  /// Those that have not ended, newest first.
  Result<std::vector<Session>> of(std::string_view account, TimePoint now);

  static std::string id_of(std::string_view token);
  static constexpr std::size_t kMost = 50;  ///< of one account; beginning another ends the oldest

 private:
  RedisClient& redis_;
};

/// Slows down guessing: each count (an account from one source; a source) has some free tries, then each next try waits twice
/// as long, up to a bound. Nothing is ever locked, so nobody can lock others out.
class LoginTries {
 public:
  struct Count {
    std::string what;  ///< hashed before it is stored
    int free = 5;
  };
  explicit LoginTries(RedisClient& redis) : redis_(redis) {}
  /// Counts a try. @return zero, or how long to wait; then nothing was counted
  Result<std::chrono::milliseconds> begin(const std::vector<Count>& counts, TimePoint now);
  /// It was no guess: forgets the count.
  Status forgive(std::string_view what);

  static constexpr std::chrono::minutes kForget{15};
  static constexpr std::chrono::seconds kLongest{60};

 private:
  RedisClient& redis_;
};

/// Requests that have their effect once, however often they are sent.
class OnceOnly {
 public:
  enum class State { kNew, kRunning, kOtherBody, kDone };
  struct Begun {
    State state = State::kNew;
    int status = 0;      ///< kDone
    std::string answer;  ///< kDone, sealed
  };
  explicit OnceOnly(RedisClient& redis) : redis_(redis) {}
  Result<Begun> begin(std::string_view request, std::string_view body_hash);
  Status finish(std::string_view request, int status, std::string_view sealed_answer);
  Status forget(std::string_view request);  ///< it had no effect; it may be tried again

  static constexpr std::chrono::hours kRemember{24};
  static constexpr std::chrono::seconds kRunning{60};

 private:
  RedisClient& redis_;
};

}  // namespace kairan::store
