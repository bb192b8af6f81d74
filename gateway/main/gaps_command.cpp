#include <cstdio>

#include "base/civil_time.h"
#include "gateway/gap_store.h"
#include "gateway/main/attach.h"
#include "gateway/main/commands.h"

namespace kairan::gateway {

int list_gaps(const std::string& config_file) {
  const auto attached = attach_to_store(config_file);
  if (!attached) return 2;
  const auto counts = RedisGapStore(*attached->redis, *attached->sealer).list(SystemClock().now());
  if (!counts) {
    std::fprintf(stderr, "記録を読めません: %s\n", counts.error().detail.c_str());
    return 2;
  }
  const auto clusters = intents::cluster_gaps(*counts);
  if (clusters.empty()) std::puts("3人以上から寄せられた、答えのない質問はありません。");
  for (const intents::GapCluster& cluster : clusters) {
    const std::string heading = cluster.kind == intents::GapKind::kRejected
                                    ? "役に立たなかった答え（" + cluster.intent + "）"
                                    : std::string("答えのない質問");
    std::printf("%s：%zu人、%zu回、最後は%s\n", heading.c_str(), cluster.residents, cluster.times,
                format_jst(cluster.last).c_str());
    for (const std::string& example : cluster.examples) std::printf("    「%s」\n", example.c_str());
  }
  return 0;
}

}  // namespace kairan::gateway
