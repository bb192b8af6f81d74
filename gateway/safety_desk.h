// 安否: what residents report of themselves while the disaster mode is on (無事, 助けが必要, 避難した場所), kept apart from what is
// known of subscribers, sealed, and gone a fixed time after the last report. Staff see counts by district; single reports only
// where somebody asked for help.
//
// Layout: safety hash "PARTITION:ORDINAL" → sealed report; the whole hash expires.
// Threads: any.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/message.h"
#include "base/result.h"
#include "store/redis_client.h"
#include "store/subscriber_erasure.h"
#include "store/subscribers.h"

namespace kairan::gateway {

enum class SafetyKind { kSafe, kNeedsHelp, kEvacuated };

struct SafetyReport {
  SafetyKind kind = SafetyKind::kSafe;
  std::string district;  ///< the first registered one; "" = none
  std::string place;     ///< kEvacuated: where, as written; may be empty
  TimePoint at;
};

struct SafetyTally {
  std::uint64_t safe = 0, needs_help = 0, evacuated = 0;
};

/// What a text reports; nothing when it reports nothing. Exact words only: 「無事」, 「助けて」, 「避難しました 鹿島小学校」.
std::optional<SafetyReport> read_safety(std::string_view text);

/// 「安否を知らせる」, 「安否」: wants to report and asks how.
bool asks_about_safety(std::string_view text);

class SafetyDesk {
 public:
  SafetyDesk(store::RedisClient& redis, const Sealer& sealer) : redis_(redis), sealer_(sealer) {}

  /// Keeps the newest report of this person.
  Status report(store::SubscriberRef who, const SafetyReport& report);
  /// By district; "" are those who registered none.
  Result<std::map<std::string, SafetyTally>> tally();
  /// Those who asked for help, oldest first.
  Result<std::vector<SafetyReport>> calls_for_help();
  /// Part of erasing a resident.
  Status forget(store::SubscriberRef who);
  /// Ends the collection: everything is erased now.
  Status clear();

  /// What can be reported, as buttons. @param open  names of open shelters, to be offered as the place; may be empty
  static std::vector<Message> question(const std::vector<std::string>& open, std::string_view language);
  /// Said while no reports are taken.
  static std::vector<Message> not_now(std::string_view language);
  /// The answer to a report, with the sentence to send on to the family.
  static std::vector<Message> answer(const SafetyReport& report, std::string_view language);

  static constexpr std::chrono::hours kKept{24 * 14};

 private:
  Result<std::vector<SafetyReport>> all();

  store::RedisClient& redis_;
  const Sealer& sealer_;
};

/// What erasing a resident means here: their report is gone, also from the counts.
class SafetyErasure final : public store::ErasureParticipant {
 public:
  SafetyErasure(store::RedisClient& redis, const Sealer& sealer) : desk_(redis, sealer) {}
  std::string_view name() const override { return "safety"; }
  Status erase(const store::ErasedSubscriber& subscriber) override { return desk_.forget(subscriber.ref); }

 private:
  SafetyDesk desk_;
};

}  // namespace kairan::gateway
