// The staff's side of the running gateway: the staff API with all it works with, and the console's files. Part of the executable:
// builds, decides nothing. Threads: its routes run on any.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "gateway/config.h"
#include "gateway/http.h"
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
