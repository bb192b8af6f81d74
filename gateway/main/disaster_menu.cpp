#include "gateway/main/disaster_menu.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/bounded_json.h"
#include "base/log.h"
#include "base/staff_text.h"
#include "gateway/main/menu_switch.h"
#include "store/keys.h"

namespace kairan::gateway {
namespace {

using nlohmann::json;

constexpr store::Partition kAtOnce = 4;
constexpr std::chrono::seconds kLook{2}, kAfterFailure{30};

}  // namespace

DisasterMenu::DisasterMenu(ShelterDesk& shelters, adapters::line::ApiClient& line, store::RedisClient& redis,
                           store::Subscribers& subscribers, std::string content)
    : shelters_(shelters),
      menus_(line, [](std::chrono::milliseconds length) { std::this_thread::sleep_for(length); }),
      records_(redis, store::keys::shelters()),
      subscribers_(subscribers),
      content_(std::move(content)) {}

Result<intents::Menu> DisasterMenu::menu(bool on) const {
  std::vector<FileProblem> problems;
  std::vector<intents::Menu> all = intents::load_menus(content_, problems);
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const intents::Menu& m) { return on ? m.name == kName : m.for_everyone; });
  if (found == all.end()) {
    return Error{ErrorCode::kNotFound,
                 on ? "menus/disaster.yaml がありません" : "ふだん全員に見せるメニューが menus にありません"};
  }
  return std::move(*found);
}

Result<DisasterMenu::Progress> DisasterMenu::progress() {
  const auto stored = records_.find(kRecord);
  if (!stored) return stored.error();
  Progress read;
  if (!*stored) return read;
  read.revision = (*stored)->revision;
  const auto document = parse_json((*stored)->document);
  if (!document) return read;
  const json* const on = json_member(*document, "on");
  const json* const next = json_member(*document, "next");
  read.known = on != nullptr && on->is_boolean();
  read.on = read.known && on->get<bool>();
  if (next != nullptr && next->is_number_unsigned()) {
    read.next =
        static_cast<store::Partition>(std::min<std::uint64_t>(next->get<std::uint64_t>(), subscribers_.partitions()));
  }
  return read;
}

Status DisasterMenu::keep(const Progress& progress) {
  const auto kept = records_.put(
      {std::string(kRecord), progress.revision, dump_json(json{{"on", progress.on}, {"next", progress.next}})});
  return kept ? Status() : Status(kept.error());
}

Status DisasterMenu::set(bool on, const std::string& account) {
  if (const Status switched = shelters_.set_disaster_mode(on, account); !switched) return switched;
  {
    const std::lock_guard lock(mutex_);
    hurry_ = true;
  }
  changed_.notify_all();
  const auto chosen = menu(on);
  if (!chosen) return chosen.error();
  const Status shown = menus_.show_to_everyone(chosen->name);
  if (shown) return {};
  StaffText still = on ? StaffText{"応答は災害モードにしましたが、", "Answers are for a disaster now, but "}
                       : StaffText{"応答はふだんに戻しましたが、", "Answers are as always again, but "};
  const std::string& why = shown.error().detail;
  still += {"LINEのメニューはまだ切り替わっていません。自動でもう一度試します（" + why + "）",
            "LINE's menu has not changed yet. It is tried again by itself (" + why + ")"};
  return staff_error(ErrorCode::kConflict, std::move(still));
}

Result<bool> DisasterMenu::step() {
  auto now = progress();
  if (!now) return now.error();
  const bool wanted = shelters_.disaster_mode();
  if (!now->known && !wanted) return false;
  if (!now->known || now->on != wanted) {
    now->known = true;
    now->on = wanted;
    now->next = 0;
    if (const Status kept = keep(*now); !kept) return kept.error();
    return true;
  }
  if (now->next >= subscribers_.partitions()) return false;
  const auto chosen = menu(wanted);
  if (!chosen) return chosen.error();
  if (now->next == 0) {
    if (const Status shown = menus_.show_to_everyone(chosen->name); !shown) return shown.error();
  }
  std::vector<store::Partition> partitions;
  for (store::Partition p = now->next; p < subscribers_.partitions() && partitions.size() < kAtOnce; ++p)
    partitions.push_back(p);
  const auto done = link_menu(menus_, subscribers_, *chosen, partitions);
  if (!done) return done.error();
  now->next = static_cast<store::Partition>(now->next + partitions.size());
  if (const Status kept = keep(*now); !kept) return kept.error();
  if (now->next >= subscribers_.partitions()) log::info("disaster_menu.shown", {{"on", wanted}});
  return true;
}

void DisasterMenu::start() {
  thread_ = std::thread([this] {
    std::string said;
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      hurry_ = false;
      lock.unlock();
      const auto more = step();
      // Another process did the same step: look again.
      const bool raced = !more && more.error().code == ErrorCode::kConflict;
      const std::string problem = more || raced ? std::string() : more.error().detail;
      if (problem != said && !problem.empty()) log::error("disaster_menu.waiting", {{"problem", problem}});
      said = problem;
      lock.lock();
      if (more && *more) continue;
      changed_.wait_for(lock,
                        problem.empty() ? std::chrono::milliseconds(kLook) : std::chrono::milliseconds(kAfterFailure),
                        [this] { return stopping_ || hurry_; });
    }
  });
}

void DisasterMenu::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace kairan::gateway
