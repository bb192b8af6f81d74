#include <cstdio>
#include <filesystem>
#include <optional>

#include "base/civil_time.h"
#include "gateway/config.h"
#include "gateway/gap_store.h"
#include "gateway/main/commands.h"
#include "store/redis_client.h"

namespace kairan::gateway {

int list_gaps(const std::string& config_file) {
  const ConfigResult loaded =
      load_config(config_file.empty() ? std::nullopt : std::optional(config_file), kairan_environment());
  for (const std::string& error : loaded.errors) std::fprintf(stderr, "  - %s\n", error.c_str());
  if (!loaded.errors.empty()) return 2;
  const auto key = load_or_make_data_key(loaded.config);
  if (!key) {
    std::fprintf(stderr, "データの鍵を読めません: %s\n", key.error().detail.c_str());
    return 2;
  }
  store::RedisOptions options;
  options.url = loaded.config.redis_url;
  options.pool_size = 1;
  if (options.url.empty()) {
    options.url = "unix://" + std::filesystem::absolute(loaded.config.data_dir).lexically_normal().string() +
                  "/redis/redis.sock";
  }
  store::RedisClient redis(options);
  const Sealer sealer(*key);
  const RedisGapStore store(redis, sealer);
  const auto counts = store.list(SystemClock().now());
  if (!counts) {
    std::fprintf(stderr, "ゲートウェイのRedisに接続できません。「kairan serve」が動いている状態で実行してください（%s）\n",
                 counts.error().detail.c_str());
    return 2;
  }
  const auto clusters = intents::cluster_gaps(*counts);
  if (clusters.empty()) std::puts("3人以上から寄せられた、答えのない質問はありません。");
  for (const intents::GapCluster& cluster : clusters) {
    std::printf("%s%s%s：%zu人、%zu回、最後は%s\n",
                cluster.kind == intents::GapKind::kRejected ? "役に立たなかった答え " : "答えのない質問",
                cluster.kind == intents::GapKind::kRejected ? cluster.intent.c_str() : "", "", cluster.residents,
                cluster.times, format_jst(cluster.last).c_str());
    for (const std::string& example : cluster.examples) std::printf("    「%s」\n", example.c_str());
  }
  return 0;
}

}  // namespace kairan::gateway
