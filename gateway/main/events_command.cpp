#include <charconv>
#include <cstdio>

#include "base/civil_time.h"
#include "gateway/main/attach.h"
#include "gateway/main/commands.h"
#include "store/inbox.h"

namespace kairan::gateway {
namespace {

constexpr std::size_t kShown = 1000;

std::string name_of(const store::DeadEvent& event) { return std::to_string(event.partition) + ":" + event.position; }

}  // namespace

int list_dead_events(const std::string& config_file) {
  const auto attached = attach_to_store(config_file);
  if (!attached) return 2;
  const auto dead = store::Inbox(*attached->redis, store::kDefaultPartitions).dead(kShown);
  if (!dead) {
    std::fprintf(stderr, "記録を読めません: %s\n", dead.error().detail.c_str());
    return 2;
  }
  if (dead->empty()) std::puts("処理をあきらめたイベントはありません。");
  for (const store::DeadEvent& event : *dead) {
    std::printf("%s  %s  理由: %s  イベント: %s\n", name_of(event).c_str(), format_jst(event.at).c_str(),
                event.reason.c_str(), event.id.c_str());
  }
  return 0;
}

int rerun_dead_events(const std::string& config_file, const std::vector<std::string>& names) {
  const auto attached = attach_to_store(config_file);
  if (!attached) return 2;
  store::Inbox inbox(*attached->redis, store::kDefaultPartitions);
  int failures = 0;
  for (const std::string& name : names) {
    const std::size_t colon = name.find(':');
    store::Partition partition = 0;
    const auto read = std::from_chars(name.data(), name.data() + std::min(colon, name.size()), partition);
    if (colon == std::string::npos || read.ec != std::errc() || read.ptr != name.data() + colon ||
        partition >= store::kDefaultPartitions) {
      std::fprintf(stderr, "%s: 「kairan events dead」に出る名前（例 7:1795395304776-0）を書いてください。\n", name.c_str());
      ++failures;
      continue;
    }
    const Status done = inbox.rerun(partition, name.substr(colon + 1));
    if (done) {
      std::printf("%s: もう一度処理します。\n", name.c_str());
    } else {
      std::fprintf(stderr, "%s: できませんでした（%s）\n", name.c_str(), done.error().detail.c_str());
      ++failures;
    }
  }
  return failures == 0 ? 0 : 1;
}

}  // namespace kairan::gateway
