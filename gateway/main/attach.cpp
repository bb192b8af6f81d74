#include "gateway/main/attach.h"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

namespace kairan::gateway {
namespace {

constexpr std::chrono::milliseconds kPatience{1000};

}  // namespace

std::unique_ptr<AttachedStore> attach_to_store(const std::string& config_file) {
  std::signal(SIGPIPE, SIG_IGN);
  auto attached = std::make_unique<AttachedStore>();
  ConfigResult loaded =
      load_config(config_file.empty() ? std::nullopt : std::optional(config_file), kairan_environment());
  for (const std::string& error : loaded.errors) std::fprintf(stderr, "  - %s\n", error.c_str());
  if (!loaded.errors.empty()) return nullptr;
  attached->config = std::move(loaded.config);
  const auto key = load_or_make_data_key(attached->config);
  if (!key) {
    std::fprintf(stderr, "データの鍵を読めません: %s\n", key.error().detail.c_str());
    return nullptr;
  }
  attached->sealer = std::make_unique<Sealer>(*key);
  store::RedisOptions options;
  options.url = attached->config.redis_url;
  options.pool_size = 1;
  if (options.url.empty()) {
    const auto folder = std::filesystem::absolute(attached->config.data_dir).lexically_normal();
    options.url = "unix://" + (folder / "redis" / "redis.sock").string();
  }
  attached->redis_url = options.url;
  attached->redis = std::make_unique<store::RedisClient>(options);
  if (const Status answers = attached->redis->ping(kPatience); !answers) {
    std::fprintf(stderr,
                 "ゲートウェイのRedisに接続できません。「kairan serve」が動いている機械で、同じ設定で実行してください（%s）\n",
                 answers.error().detail.c_str());
    return nullptr;
  }
  return attached;
}

}  // namespace kairan::gateway
