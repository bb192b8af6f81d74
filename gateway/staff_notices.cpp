#include "gateway/staff_notices.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/civil_time.h"
#include "base/crypto.h"
#include "base/log.h"
#include "broadcasts/lifecycle.h"
#include "broadcasts/register_entry.h"
#include "gateway/reminder_rounds.h"
#include "store/keys.h"
#include "store/rule_releases.h"

namespace kairan::gateway {
namespace {

using Json = nlohmann::json;
using NoticeKind = broadcasts::Notice::Kind;

constexpr std::chrono::seconds kRound{5};
constexpr std::chrono::seconds kLease{60};      // longer than a round with slow channels
constexpr std::chrono::minutes kSameNotice{10};  // the same words about the same broadcast within this are one notice
constexpr std::chrono::hours kKeepUnread{24 * 14};

struct KindWords {
  NoticeKind kind;
  std::string_view name, ja;
  bool wants_reader;          ///< escalates when nobody reads it
  std::string_view settled;   ///< no longer of interest once the broadcast has left this state (rules: once they are decided); "" = only reading settles it
};
constexpr std::array<KindWords, 13> kKinds{{{NoticeKind::kHeld, "held", "保留", true, "held"},
                                            {NoticeKind::kPaused, "paused", "自動で一時停止", true, "paused"},
                                            {NoticeKind::kFailed, "failed", "失敗", true, ""},
                                            {NoticeKind::kExpired, "expired", "期限切れ", true, ""},
                                            {NoticeKind::kFinished, "finished", "送信完了", false, ""},
                                            {NoticeKind::kAlarm, "alarm", "警報", true, ""},
                                            {NoticeKind::kLate, "late", "遅れ", true, ""},
                                            {NoticeKind::kToApprove, "to_approve", "承認待ち", true, "submitted"},
                                            {NoticeKind::kReturned, "returned", "差し戻し", false, ""},
                                            {NoticeKind::kDrillSent, "drill_sent", "訓練の送信", false, ""},
                                            {NoticeKind::kEmergencyUsed, "emergency_used", "緊急配信の使用", false, ""},
                                            {NoticeKind::kCorrection, "correction", "訂正・取消", false, ""},
                                            {NoticeKind::kRulesPublished, "rules_published", "警報の規則の公開", false, ""}}};

const KindWords& words_of(NoticeKind kind) {
  return *std::find_if(kKinds.begin(), kKinds.end(), [&](const KindWords& w) { return w.kind == kind; });
}
const KindWords* words_of(std::string_view name) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(), [&](const KindWords& w) { return w.name == name; });
  return found == kKinds.end() ? nullptr : &*found;
}

bool is_broadcast(std::string_view about) {
  return !about.empty() && !about.starts_with(kAlertsNotice) && about != kRemindersNotice &&
         !about.starts_with(broadcasts::kAlertRulesNotice);
}

std::string short_hash(const std::string& text) { return to_hex(bytes_of(sha256(text))).substr(0, 16); }

StaffMessage message_of(const std::string& id, const Json& notice, bool escalated) {
  const KindWords* const words = words_of(json_text(notice, "kind"));
  StaffMessage message;
  message.id = id + (escalated ? "-e" : "");
  message.escalated = escalated;
  const std::string what = words != nullptr ? std::string(words->ja) : "監査ログの控え";
  message.subject = "[Kairan] " + std::string(escalated ? "（未確認）" : "") + what;
  message.text = json_text(notice, "reason") + "\n";
  if (const std::string broadcast = json_text(notice, "broadcast"); is_broadcast(broadcast)) {
    message.text += "\n配信の番号: " + broadcast + "\n";
  }
  if (const Json* const at = json_member(notice, "at"); at != nullptr && at->is_number_integer()) {
    message.text += "時刻: " + format_jst(from_unix_ms(at->get<std::int64_t>())) + "\n";
  }
  if (escalated) message.text += "\nこの知らせは、まだ誰にも確認されていません。\n";
  return message;
}

}  // namespace

std::string_view notice_kind_ja(NoticeKind kind) {
  return words_of(kind).ja;
}

void StaffNotices::tell(const broadcasts::Notice& notice) {
  const KindWords& words = words_of(notice.kind);
  const TimePoint now = p_.clock.now();
  // A line in the log comes first: it needs no store.
  log::warn("staff.notice", {{"kind", words.name}, {"broadcast", notice.broadcast}, {"reason", notice.reason}});
  const auto window = to_unix_ms(now) / std::chrono::milliseconds(kSameNotice).count();
  const std::string id =
      short_hash(std::string(words.name) + "\n" + notice.broadcast + "\n" + notice.reason + "\n" + std::to_string(window));
  const Json json{{"kind", words.name}, {"broadcast", notice.broadcast}, {"reason", notice.reason}, {"at", to_unix_ms(now)}};
  const auto added = p_.notices.add(id, dump_json(json), now);
  if (!added) log::error("staff.notice_not_queued", {{"kind", words.name}, {"reason", added.error().detail}});
  const std::lock_guard<std::mutex> lock(mutex_);
  news_ = true;
  changed_.notify_one();
}

Status StaffNotices::over(const store::BroadcastRecord& record) {
  const auto figures = p_.figures.figures(record.id);
  if (!figures) return figures.error();
  // The register is of what left: a draft that was given up is none.
  if (figures->audience == 0 && record.state.substr(0, 4) != "sent") return {};
  const auto entered = p_.book.add(broadcasts::register_entry(record, *figures, *p_.schema(), p_.clock.now()));
  return entered ? Status() : Status(entered.error());
}

void StaffNotices::seen(std::string_view broadcast, std::string_view account) { read(broadcast, account, false); }

void StaffNotices::settled(std::string_view about, std::string_view account) { read(about, account, true); }

void StaffNotices::read(std::string_view about, std::string_view account, bool also_untold) {
  const auto all = p_.notices.all();
  if (!all) return;
  for (const auto& [id, text] : *all) {
    const auto notice = parse_json(text);
    if (!notice || json_text(*notice, "broadcast") != about) continue;
    const KindWords* const words = words_of(json_text(*notice, "kind"));
    // Looking at a broadcast does not approve it: that notice ends with the decision.
    if (words == nullptr || !words->settled.empty() || !(also_untold || notice->contains("delivered"))) continue;
    log::info("staff.notice_read", {{"kind", words->name}, {"by", account}});
    (void)p_.notices.remove(id);
  }
}

void StaffNotices::tell_head() {
  const TimePoint now = p_.clock.now();
  const std::string day = format_iso(jst_date(now));
  const auto head = p_.audit.head();
  if (!head || head->seq == 0) return;
  const std::string reason = day + " の監査ログの控え: " + std::to_string(head->seq) + ":" + head->hash;
  const Json json{{"kind", "audit_head"}, {"broadcast", ""}, {"reason", reason}, {"at", to_unix_ms(now)}};
  const auto added = p_.notices.add("audit-head-" + day, dump_json(json), now);
  if (added && *added) log::info("audit.head", {{"day", day}, {"seq", head->seq}, {"hash", head->hash}});
}

bool StaffNotices::is_leader() {
  const std::string key = store::keys::notices_worker();
  const std::string hold = std::to_string(std::chrono::milliseconds(kLease).count());
  const auto took = p_.redis.command({"SET", key, owner_, "NX", "PX", hold});
  if (!took) return false;
  if (!took->is_nil()) return true;
  const auto holder = p_.redis.command({"GET", key});
  if (!holder || holder->text != owner_) return false;
  return p_.redis.command({"PEXPIRE", key, hold}).ok();
}

bool StaffNotices::is_decided(std::string_view about, std::string_view waiting_state) {
  constexpr std::string_view kRules = broadcasts::kAlertRulesNotice;
  if (about.starts_with(kRules)) {
    const auto waiting = store::RuleReleases(p_.redis).waiting();
    return waiting && (!*waiting || (*waiting)->hash != about.substr(kRules.size()));
  }
  const auto record = p_.broadcasts.read(about);
  return record && (!*record || (*record)->state != waiting_state);
}

void StaffNotices::deliver_once() {
  if (!is_leader()) return;
  tell_head();
  for (const auto& chore : p_.chores) chore();
  const auto all = p_.notices.all();
  if (!all) return;
  const TimePoint now = p_.clock.now();
  for (const auto& [id, text] : *all) {
    auto notice = parse_json(text);
    const Json* const made = notice ? json_member(*notice, "at") : nullptr;
    if (made == nullptr || !made->is_number_integer()) {
      (void)p_.notices.remove(id);
      continue;
    }
    const TimePoint at = from_unix_ms(made->get<std::int64_t>());
    const KindWords* const words = words_of(json_text(*notice, "kind"));
    if (words != nullptr && !words->settled.empty() && is_decided(json_text(*notice, "broadcast"), words->settled)) {
      (void)p_.notices.remove(id);
      continue;
    }
    const bool escalated = words != nullptr && words->wants_reader && now - at >= p_.escalate_after;
    const char* const stage = escalated ? "escalated" : "delivered";
    Json& done = (*notice)[stage];
    if (!done.is_object()) done = Json::object();
    bool complete = true;
    for (StaffChannel* const channel : p_.channels) {
      const std::string name(channel->name());
      if (done.contains(name)) continue;
      const Status sent = channel->send(message_of(id, *notice, escalated));
      if (sent) {
        done[name] = to_unix_ms(now);
      } else if (sent.error().code == ErrorCode::kRefused || sent.error().code == ErrorCode::kInvalid) {
        done[name] = 0;  // it will be refused again; the log says why
        log::error("staff.notice_refused", {{"channel", name}, {"reason", sent.error().detail}});
      } else {
        complete = false;
        log::warn("staff.notice_later", {{"channel", name}, {"reason", sent.error().detail}});
      }
    }
    const bool wants_reader = words != nullptr && words->wants_reader;
    if ((complete && !wants_reader) || now - at > kKeepUnread) {
      (void)p_.notices.remove(id);
    } else {
      (void)p_.notices.put(id, dump_json(*notice));
    }
  }
}

void StaffNotices::start(std::string owner) {
  owner_ = std::move(owner);
  thread_ = std::thread([this] { run(); });
}

void StaffNotices::stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void StaffNotices::run() {
  for (;;) {
    deliver_once();
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, kRound, [this] { return stopping_ || news_; });
    if (stopping_) return;
    news_ = false;
  }
}

}  // namespace kairan::gateway
