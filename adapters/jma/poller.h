// Polls JMA's feeds and loads what is new. Survives a feed that is down, late, truncated or repeated: a feed that cannot be
// read changes nothing and is asked again later and later (to five minutes); a telegram that cannot be loaded is tried again
// a few times and then counted; what was taken is remembered through the store, so that a restart loads nothing twice.
// Threads: poll() from one thread; figures() from any.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/http_client.h"
#include "adapters/jma/feed.h"
#include "base/clock.h"
#include "base/result.h"

namespace kairan::adapters::jma {

/// What the poller needs from outside.
struct PollerPorts {
  /// One exchange with an origin; HttpClient in the gateway.
  std::function<Result<HttpReply>(const std::string& origin, const HttpCall& call)> fetch;
  /// Whether a link was taken before (in this life or an earlier one). An error: try later.
  std::function<Result<bool>(const std::string& link)> known;
  /// Takes a telegram in, durably, and remembers its link; also for bytes that turn out to be no telegram. An error: the
  /// store is away, the telegram will be offered again.
  std::function<Status(const std::string& bytes, const std::string& link)> take;
};

struct PollerFigures {
  std::uint64_t polls = 0, unchanged = 0, failures = 0, telegrams = 0, refused_links = 0, given_up = 0;
  TimePoint last_good;       ///< when a feed was last read; epoch: never
  std::string last_problem;  ///< Japanese; "" = none
};

class Poller {
 public:
  /// @param feeds  addresses of feeds; their origins are the allowed ones
  Poller(std::vector<std::string> feeds, PollerPorts ports, const Clock& clock);

  /// Asks every feed whose time has come, loads what is new, oldest first.
  /// @return when to call again
  TimePoint poll();
  PollerFigures figures() const;

  static constexpr std::chrono::seconds kInterval{20};
  static constexpr std::chrono::seconds kLongestWait{300};
  /// What is older when it is seen for the first time is left alone: nobody is warned of yesterday's rain.
  static constexpr std::chrono::hours kOldest{24};
  static constexpr int kTries = 5;
  /// After this long without a feed the long one (of several days) is read once.
  static constexpr std::chrono::minutes kOutage{10};

 private:
  struct Source {
    Address address;
    std::string etag, modified;
    TimePoint next;
    int failures = 0;
    TimePoint last_good;
  };

  void ask(Source& source);
  bool read(Source& source, const std::string& path, bool conditional);
  bool load(const FeedEntry& entry);
  void fail(Source& source, const std::string& problem);

  std::vector<Source> sources_;
  std::vector<std::string> origins_;
  PollerPorts ports_;
  const Clock& clock_;
  std::set<std::string> done_;          ///< of this life, so that the store is asked once; bounded
  std::map<std::string, int> attempts_; ///< links that could not be loaded
  mutable std::mutex mutex_;
  PollerFigures figures_;               // guarded by mutex_
};

}  // namespace kairan::adapters::jma
