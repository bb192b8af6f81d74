// Faults on request: what goes wrong, where, how often. Drawn from a seeded generator, so that a run can be repeated.
// Not thread-safe: guarded by World::mutex.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kairan::adapters::simulator {

struct Fault {
  enum class Kind {
    kDelay,        ///< answer later by `delay`; a webhook goes out later, so that others overtake it
    kStatus,       ///< answer `status` and take nothing
    kStatusAfter,  ///< take the request, then answer `status`
    kDropBefore,   ///< close the connection without an answer and take nothing
    kDropAfter,    ///< take the request, then close the connection without an answer
    kTwice,        ///< webhook: sent a second time as if the network had repeated it (isRedelivery stays false)
  };
  std::uint64_t id = 0;
  std::string on = "*";  ///< an endpoint's name ("multicast"), "webhook", or "*" for every endpoint of the API
  Kind kind = Kind::kStatus;
  int status = 500;
  std::chrono::milliseconds delay{0};
  double probability = 1;
  std::uint64_t skip = 0;   ///< requests that pass before it starts
  std::uint64_t count = 0;  ///< how often it strikes; 0 = without end
  std::uint64_t struck = 0;
};

/// What one request meets.
struct FaultPlan {
  std::chrono::milliseconds delay{0};
  int status_before = 0;
  int status_after = 0;
  bool drop_before = false;
  bool drop_after = false;
  bool twice = false;
};

/// Reads {"on","kind","status","delay_ms","probability","skip","count"}. kInvalid says which member is wrong.
Result<Fault> parse_fault(const nlohmann::json& json);
nlohmann::json fault_json(const Fault& fault);

class Faults {
 public:
  explicit Faults(std::uint64_t seed) : random_(seed) {}
  std::uint64_t add(Fault fault);
  void clear() { faults_.clear(); }
  FaultPlan draw(std::string_view endpoint);
  const std::vector<Fault>& list() const { return faults_; }

 private:
  std::mt19937_64 random_;
  std::uint64_t last_id_ = 0;
  std::vector<Fault> faults_;
};

}  // namespace kairan::adapters::simulator
