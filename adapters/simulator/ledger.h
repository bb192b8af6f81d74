// What the platform accepted: each send once, with its message bodies stored once and its recipients exactly; the
// memory of retry keys; and how fast requests came. Not thread-safe: guarded by World::mutex.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/simulator/directory.h"
#include "base/clock.h"

namespace kairan::adapters::simulator {

struct AcceptedSend {
  std::string request_id;
  std::string retry_key;  ///< empty when none was given
  std::string endpoint;
  std::string chat_id;     ///< of a group or room; empty for people
  std::uint32_t body = 0;  ///< Ledger::body()
  TimePoint at;
  std::vector<UserIndex> recipients;  ///< those who got it; a person named twice is here twice
};

/// What is remembered of a retry key.
struct RetryMemory {
  std::string request_id;
  std::string sent_messages;  ///< push: the JSON array it answered, else empty
  std::uint64_t body_hash = 0;
  TimePoint first_at;
};

/// How many requests came in the busiest second, whichever second that is.
class RateMeter {
 public:
  void note(SteadyPoint now);
  void clear();
  std::size_t busiest_second() const { return busiest_; }
  std::uint64_t total() const { return total_; }
  /// Seconds between the first and the last.
  double span_seconds() const;

 private:
  std::deque<SteadyPoint> window_;
  std::size_t busiest_ = 0;
  std::uint64_t total_ = 0;
  SteadyPoint first_{};
  SteadyPoint last_{};
};

class Ledger {
 public:
  explicit Ledger(milliseconds retry_key_memory) : retry_key_memory_(retry_key_memory) {}

  /// A stored message array: its number, and whether its bytes were seen before (and so passed the rules before).
  std::optional<std::uint32_t> find_body(const std::string& messages) const;
  std::uint32_t intern(const std::string& messages);
  const std::string& body(std::uint32_t number) const { return bodies_[number]; }

  const RetryMemory* find_retry(const std::string& key, TimePoint now);
  void remember_retry(const std::string& key, RetryMemory memory);

  /// @return its number
  std::uint32_t accept(AcceptedSend send);
  const AcceptedSend& send(std::uint32_t number) const { return sends_[number]; }
  std::size_t size() const { return sends_.size(); }
  const std::vector<AcceptedSend>& sends() const { return sends_; }

  void clear();

 private:
  const milliseconds retry_key_memory_;
  std::vector<std::string> bodies_;
  std::unordered_map<std::string, std::uint32_t> body_numbers_;
  std::unordered_map<std::string, RetryMemory> retries_;
  std::deque<std::pair<TimePoint, std::string>> retry_ages_;
  std::vector<AcceptedSend> sends_;
};

}  // namespace kairan::adapters::simulator
