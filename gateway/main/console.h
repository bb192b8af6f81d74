// The staff's side of the running gateway: the staff API with all it works with, and the console's files. Part of the executable:
// builds, decides nothing. Threads: its routes run on any.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "gateway/channel.h"
#include "gateway/config.h"
#include "gateway/http.h"
#include "gateway/settings_desk.h"
#include "gateway/staff_api/parts.h"
#include "store/redis_client.h"

namespace kairan::gateway {

class Console {
 public:
  /// All of these outlive it.
  struct Needs {
    const Config& config;
    store::RedisClient& redis;
    const Sealer& sealer;
    const Clock& clock;
    EngineSlot& engine;
    const SchemaSlot& schema;
    store::Subscribers& subscribers;
    intents::GapStore& gaps;
    const Channel& channel;  ///< draws answers as phones show them
    std::function<std::vector<staff::HealthPart>()> health;
    broadcasts::BroadcastReach* reach = nullptr;
    /// Whatever else is there: fills in what the endpoints need.
    std::function<void(staff::Parts&)> add = {};
  };
  explicit Console(Needs needs);
  ~Console();
  Console(const Console&) = delete;

  std::vector<Route> routes();

 private:
  struct Graph;
  std::unique_ptr<Graph> graph_;
};

}  // namespace kairan::gateway
