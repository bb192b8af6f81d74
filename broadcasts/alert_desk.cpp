#include "broadcasts/alert_desk.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/civil_time.h"
#include "base/crypto.h"
#include "broadcasts/alert_desk_book.h"
#include "broadcasts/alert_kinds.h"
#include "broadcasts/alert_walls.h"
#include "store/attribute_names.h"

namespace kairan::broadcasts {
namespace {

using nlohmann::json;

constexpr int kTries = 8;  ///< against other processes that write the book
constexpr std::size_t kMaxHeld = 100;
constexpr std::size_t kMaxSentKept = 200;

Error no_longer_held() {
  return staff_error(ErrorCode::kNotFound, {"この警報はもう確認待ちではありません。", "This warning no longer waits."});
}

std::string new_id() {
  return to_hex(random_bytes(16));
}

}  // namespace

std::string alert_segment(const AlertDecision& decision) {
  if (decision.segment != "districts") return decision.segment;
  if (decision.districts.empty()) return "everyone";
  const json registered{{"field", store::kDistrictAttribute}, {"operator", "in"}, {"value", decision.districts}};
  const json undecided{{"field", store::kDistrictAttribute}, {"operator", "null"}};
  return json{{"combinator", "or"}, {"not", false}, {"rules", json::array({registered, undecided})}}.dump();
}

AlertDesk::AlertDesk(store::RedisClient& redis, Ports ports, const Clock& clock, Settings settings)
    : store_(redis), ports_(std::move(ports)), clock_(clock), settings_(settings) {
  if (!ports_.may_be_ordered) ports_.may_be_ordered = may_be_ordered;
  if (ports_.decide) return;
  ports_.decide = [](const AlertContent& content, AlertState& state, const Alert& alert, TimePoint now) {
    return AlertEngine(content).process(state, alert, now);
  };
}

void AlertDesk::tell(const AlertNews& news) const {
  if (ports_.notice.tell) ports_.notice.tell(news);
}

void AlertDesk::tell_held(const HeldAlert& held) const {
  tell(
      {"【確認待ち】" + held.order.title,
       held.reason.ja + "\n" + format_jst(held.at) + "\n画面の「緊急」で確かめて、送るか取りやめるかを決めてください。",
       held.id, ""});
}

void AlertDesk::settled(const std::string& held, const std::string& by) const {
  if (ports_.notice.settled) ports_.notice.settled(held, by);
}

Result<AlertDesk::Book> AlertDesk::load() {
  const auto page = store_.read();
  if (!page) return page.error();
  return Book::from(*page);
}

template <typename Change>
Status AlertDesk::change(const Change& apply) {
  for (int tries = 0; tries < kTries; ++tries) {
    Result<Book> book = load();
    if (!book) return book.error();
    const Status applied = apply(*book);
    if (!applied) return applied;
    const Status written = store_.write({book->revision, book->to_json(), {}});
    if (written || written.error().code != ErrorCode::kConflict) return written;
  }
  return Error{ErrorCode::kUnavailable, "the book of alerts is written by others all the time"};
}

Status AlertDesk::take(const std::vector<Alert>& alerts) {
  const std::shared_ptr<const AlertContent> content = ports_.content();
  std::vector<HeldAlert> new_held;
  std::vector<std::string> drills, gone;
  const Status taken = change([&](Book& book) -> Status {
    new_held.clear();
    drills.clear();
    gone.clear();
    for (const Alert& alert : alerts) {
      for (const AlertDecision& decision : ports_.decide(*content, book.state, alert, clock_.now())) {
        book.write_down({clock_.now(), alert.name, std::string(action_id(decision.action)),
                         std::string(effect_id(decision.effect)), decision.kind, decision.level_id(), decision.reason,
                         "", ""});
        const bool takes_back = decision.effect == AlertEffect::kWithdraw ||
                                (decision.effect == AlertEffect::kUpdate && decision.level == 0);
        const auto earlier = book.sent.find(decision.episode);
        if (decision.action == AlertAction::kIgnore) continue;
        if (!ports_.may_be_ordered(alert, decision)) {  // shown, and nothing that anybody could release
          drills.push_back(alert.name + "  " + decision.reason.ja);
          continue;
        }
        AlertOrder order{new_id(),          alert.status,           decision.effect,
                         decision.title,    decision.texts,         alert_segment(decision),
                         decision.severity, decision.expires,       "",
                         decision.rule,     content->rules.section, "",
                         content->release};
        if (earlier != book.sent.end() &&
            (decision.effect == AlertEffect::kCorrect || decision.effect == AlertEffect::kWithdraw))
          order.corrects = earlier->second;
        // What is said now replaces what waited; an end of something that never went out only clears the desk.
        book.remove_held(decision.episode, gone);
        const bool never_sent = earlier == book.sent.end() &&
                                std::none_of(book.orders.begin(), book.orders.end(), [&](const AlertOrder& one) {
                                  const auto episode = book.order_episode.find(one.id);
                                  return episode != book.order_episode.end() && episode->second == decision.episode;
                                });
        if (takes_back && never_sent) continue;
        if (decision.action == AlertAction::kSend) {
          book.order(std::move(order), decision.episode);
        } else {
          HeldAlert held{new_id(),
                         clock_.now(),
                         decision.reason,
                         alert.name,
                         decision.kind,
                         decision.level_id(),
                         decision.episode,
                         "",
                         1,
                         std::move(order)};
          new_held.push_back(held);
          book.held.push_back(std::move(held));
          if (book.held.size() > kMaxHeld) {
            const HeldAlert& oldest = book.held.front();
            book.write_down(
                {clock_.now(),
                 oldest.name,
                 "expired",
                 std::string(effect_id(oldest.order.effect)),
                 oldest.kind,
                 oldest.level,
                 {"確認待ちが多すぎるため、いちばん古いものを外しました", "Too many wait: the oldest was taken off"},
                 "",
                 ""});
            gone.push_back(oldest.id);
            book.held.erase(book.held.begin());
          }
        }
      }
    }
    return {};
  });
  if (!taken) return taken;
  for (const HeldAlert& held : new_held) tell_held(held);
  // One message can hold an item and take it back again: what is told comes first.
  for (const std::string& id : gone) settled(id, "");
  for (const std::string& drill : drills) tell({"【訓練・試験の電文】", drill, "", ""});
  (void)hand_over();  // what stays in the book is handed over by tick()
  return {};
}

Status AlertDesk::note(const std::string& name, const std::string& problem) {
  return change([&](Book& book) -> Status {
    book.write_down({clock_.now(), name, "ignore", "none", "", "", same_text(problem), "", ""});
    return {};
  });
}

/// What was on its way out when the copy was made may have left since.
Status AlertDesk::hold_after_restore() {
  const StaffText reason{"バックアップから戻したため、自動では送りません。すでに送ったかを確かめてください",
                         "Not sent by itself after a restore: see whether it has gone out already"};
  std::vector<HeldAlert> new_held;
  const Status done = change([&](Book& book) -> Status {
    new_held.clear();
    for (AlertOrder& order : book.orders) {
      book.write_down(
          {clock_.now(), order.title, "hold", std::string(effect_id(order.effect)), "", "", reason, "", ""});
      new_held.push_back(
          {order.id, clock_.now(), reason, order.title, "", "", book.order_episode[order.id], "", 1, order});
    }
    book.held.insert(book.held.end(), new_held.begin(), new_held.end());
    book.orders.clear();
    book.order_episode.clear();
    book.state.suppressed.clear();
    book.restored = *book.state.restored;
    return {};
  });
  if (!done) return done;
  for (const HeldAlert& held : new_held) tell_held(held);
  return {};
}

Status AlertDesk::hand_over() {
  Result<Book> now = load();
  if (!now) return now.error();
  if (now->state.restored && now->restored != *now->state.restored) {
    if (const Status held = hold_after_restore(); !held) return held;
    now = load();
    if (!now) return now.error();
  }
  for (const AlertOrder& listed : now->orders) {
    AlertOrder order = listed;
    const auto episode_entry = now->order_episode.find(order.id);
    const std::string episode = episode_entry == now->order_episode.end() ? std::string() : episode_entry->second;
    if (order.corrects.empty() && (order.effect == AlertEffect::kCorrect || order.effect == AlertEffect::kWithdraw)) {
      // The notice itself was handed over a moment ago.
      const Result<Book> fresh = load();
      if (!fresh) return fresh.error();
      const auto sent = fresh->sent.find(episode);
      if (sent != fresh->sent.end()) order.corrects = sent->second;
    }
    const bool stale = clock_.now() > order.expires;
    const Result<std::string> broadcast =
        stale ? Result<std::string>(
                    staff_error(ErrorCode::kInvalid, {"送信の期限を過ぎました", "It expired before it could leave"}))
              : ports_.sink->send(order);
    const bool over =
        broadcast || broadcast.error().code == ErrorCode::kInvalid || broadcast.error().code == ErrorCode::kRefused;
    if (!over) return broadcast.error();
    const Status done = change([&](Book& book) -> Status {
      book.orders.erase(std::remove_if(book.orders.begin(), book.orders.end(),
                                       [&](const AlertOrder& one) { return one.id == order.id; }),
                        book.orders.end());
      book.order_episode.erase(order.id);
      if (broadcast) {
        book.sent[episode] = *broadcast;
        if (book.sent.size() > kMaxSentKept) {
          for (auto at = book.sent.begin(); at != book.sent.end();)
            at = book.state.episodes.count(at->first) == 0 ? book.sent.erase(at) : std::next(at);
        }
      }
      book.write_down({clock_.now(), order.title, broadcast ? "sent" : "failed", std::string(effect_id(order.effect)),
                       "", "",
                       broadcast ? StaffText{"配信を始めました", "The broadcast has begun"} : told(broadcast.error()),
                       broadcast ? *broadcast : "", order.by});
      return {};
    });
    if (!done) return done;
    if (broadcast) {
      tell({"【送信】" + order.title, "配信を始めました。", "", *broadcast});
    } else {
      tell({"【送信できません】" + order.title, broadcast.error().detail, "", ""});
    }
  }
  return {};
}

Result<std::vector<HeldAlert>> AlertDesk::held() {
  Result<Book> book = load();
  if (!book) return book.error();
  return std::move(book->held);
}

Result<std::vector<AlertLogEntry>> AlertDesk::log() {
  Result<Book> book = load();
  if (!book) return book.error();
  std::reverse(book->log.begin(), book->log.end());
  return std::move(book->log);
}

Result<std::vector<HazardInForce>> AlertDesk::in_force() {
  const Result<Book> book = load();
  if (!book) return book.error();
  std::vector<HazardInForce> found;
  for (const auto& [key, episode] : book->state.episodes) {
    if (episode.ended || episode.level == 0 || (episode.valid && clock_.now() > *episode.valid)) continue;
    const AlertKind* const kind = find_alert_kind(episode.kind);
    const KindLevel* const step = kind == nullptr ? nullptr : kind->level(episode.level);
    if (step != nullptr) found.push_back({episode.kind, std::string(step->id), step->name, episode.first_reported});
  }
  return found;
}

Result<std::string> AlertDesk::release(std::string_view id, const std::string& account) {
  std::string episode;
  const Status done = change([&](Book& book) -> Status {
    HeldAlert* const held = book.find(id);
    if (held == nullptr)
      return staff_error(ErrorCode::kNotFound,
                         {"この警報はもう確認待ちではありません（ほかの人が決めたか、新しい電文に置き換わりました）。",
                          "This warning no longer waits: somebody else decided, or a newer message took its place."});
    if (clock_.now() > held->order.expires)
      return staff_error(ErrorCode::kConflict,
                         {"送信の期限を過ぎています。新しい電文を待つか、緊急配信の画面から送ってください。",
                          "It has expired. Wait for a newer message, or send from the emergency page."});
    AlertOrder order = held->order;
    order.by = account;
    episode = held->episode;
    book.write_down({clock_.now(),
                     held->name,
                     "release",
                     std::string(effect_id(order.effect)),
                     held->kind,
                     held->level,
                     {"人が確かめて送りました", "A person looked at it and sent it"},
                     "",
                     account});
    AlertEngine::released(book.state, episode);
    book.order(std::move(order), episode);
    book.erase_held(id);
    return {};
  });
  if (!done) return done.error();
  settled(std::string(id), account);
  const Status handed = hand_over();
  if (!handed) return std::string();
  const Result<Book> book = load();
  if (!book) return std::string();
  const auto sent = book->sent.find(episode);
  return sent == book->sent.end() ? std::string() : sent->second;
}

Status AlertDesk::dismiss(std::string_view id, const std::string& account, const std::string& why) {
  const Status done = change([&](Book& book) -> Status {
    HeldAlert* const held = book.find(id);
    if (held == nullptr) return no_longer_held();
    AlertEngine::dismissed(book.state, held->episode);
    book.write_down(
        {clock_.now(), held->name, "dismiss", std::string(effect_id(held->order.effect)), held->kind, held->level,
         why.empty() ? StaffText{"送らないと決めました", "A person decided not to send it"} : same_text(why), "",
         account});
    book.erase_held(id);
    return {};
  });
  if (done) settled(std::string(id), account);
  return done;
}

Status AlertDesk::acknowledge(std::string_view id, const std::string& account) {
  const Status done = change([&](Book& book) -> Status {
    HeldAlert* const held = book.find(id);
    if (held == nullptr) return no_longer_held();
    if (held->acknowledged_by.empty()) held->acknowledged_by = account;
    return {};
  });
  if (done) settled(std::string(id), account);
  return done;
}

Status AlertDesk::tick() {
  const Status handed = hand_over();
  if (!handed) return handed;
  const Result<Book> seen = load();
  if (!seen) return seen.error();
  const TimePoint now = clock_.now();
  const auto again = [&](const HeldAlert& held) {
    return held.acknowledged_by.empty() && held.told < settings_.tell_at_most &&
           now - held.at >= settings_.tell_again * held.told;
  };
  const bool work = !seen->state.suppressed.empty() ||
                    std::any_of(seen->held.begin(), seen->held.end(),
                                [&](const HeldAlert& held) { return again(held) || now > held.order.expires; });
  if (!work) return {};
  std::vector<HeldAlert> repeated, expired;
  bool summarised = false;
  const std::shared_ptr<const AlertContent> content = ports_.content();
  const Status done = change([&](Book& book) -> Status {
    repeated.clear();
    expired.clear();
    for (HeldAlert& held : book.held) {
      if (now > held.order.expires) {
        expired.push_back(held);
      } else if (again(held)) {
        ++held.told;
        repeated.push_back(held);
      }
    }
    for (const HeldAlert& held : expired) {
      book.write_down({now,
                       held.name,
                       "expired",
                       std::string(effect_id(held.order.effect)),
                       held.kind,
                       held.level,
                       {"だれも決めないまま期限を過ぎました", "Nobody decided before it expired"},
                       "",
                       ""});
      AlertEngine::dismissed(book.state, held.episode);
      book.erase_held(held.id);
    }
    if (const auto summary = AlertEngine(*content).summary(book.state, now)) {
      summarised = true;
      book.order({new_id(), AlertStatus::kReal, summary->effect, summary->title, summary->texts, summary->segment,
                  summary->severity, summary->expires, "", "summary", content->rules.section, "", content->release},
                 "");
    }
    return {};
  });
  if (!done) return done;
  for (const HeldAlert& held : repeated) {
    tell({"【至急・確認待ち " + std::to_string(held.told) + "回目】" + held.order.title,
          "まだだれも確認していません。\n" + held.reason.ja, held.id, ""});
  }
  for (const HeldAlert& held : expired) {
    settled(held.id, "");
    tell({"【期限切れ】" + held.order.title, "だれも決めないまま期限を過ぎたため、送れなくなりました。", "", ""});
  }
  return summarised ? hand_over() : Status();
}

}  // namespace kairan::broadcasts
