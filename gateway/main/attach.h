// The store of a running gateway, for commands that look into it. Starts nothing.
#pragma once

#include <memory>
#include <string>

#include "base/crypto.h"
#include "gateway/config.h"
#include "store/redis_client.h"

namespace kairan::gateway {

struct AttachedStore {
  Config config;
  std::unique_ptr<Sealer> sealer;
  std::string redis_url;  ///< may carry a password: not for logs
  std::unique_ptr<store::RedisClient> redis;
};

/// Reads the configuration as `serve` does and connects to its Redis. On failure says why and what to do on standard
/// error and returns nothing.
std::unique_ptr<AttachedStore> attach_to_store(const std::string& config_file);

}  // namespace kairan::gateway
