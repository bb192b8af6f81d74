#include "gateway/safety_desk.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/text.h"
#include "gateway/shelter_desk.h"
#include "store/keys.h"

namespace kairan::gateway {
namespace {

using nlohmann::json;

constexpr std::string_view kContext = "safety";
constexpr std::size_t kMaxPlace = 60;
constexpr std::array<std::string_view, 3> kNames{"safe", "help", "evacuated"};

std::string field_of(store::SubscriberRef who) {
  return std::to_string(who.partition) + ":" + std::to_string(who.ordinal);
}

bool one_of(const std::string& key, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return key == fold_key(word); });
}

}  // namespace

std::optional<SafetyReport> read_safety(std::string_view text) {
  SafetyReport report;
  if (text.size() > 400) return {};
  const std::string key = fold_key(text);
  if (one_of(key, {"無事", "無事です", "無事でした", "安全です", "大丈夫です", "I am safe", "safe"})) return report;
  report.kind = SafetyKind::kNeedsHelp;
  if (one_of(key, {"助けて", "助けてください", "助けが必要", "助けが必要です", "救助が必要", "救助が必要です", "help",
                   "help me", "I need help"}))
    return report;
  report.kind = SafetyKind::kEvacuated;
  for (const std::string_view start : {"避難しました", "避難しています", "避難した"}) {
    if (text.substr(0, start.size()) != start) continue;
    report.place = shorten_graphemes(trim(text.substr(start.size())), kMaxPlace);
    return report;
  }
  return {};
}

bool asks_about_safety(std::string_view text) {
  if (text.size() > 100) return false;
  return one_of(fold_key(text), {"安否を知らせる", "安否", "安否確認", "安否報告", "安否を知らせたい", "無事を伝える",
                                 "ぶじを伝える", "report safety"});
}

std::vector<Message> SafetyDesk::question(const std::vector<std::string>& open, std::string_view language) {
  const bool english = language != "ja" && language != "ja-easy";
  const bool easy = language == "ja-easy";
  Message message =
      text_message(english ? "How are you? Choose below. In danger, call 119 or 110 first."
                   : easy  ? "だいじょうぶですか。下（した）から えらんでください。あぶないときは 先（さき）に 119か "
                             "110に 電話（でんわ）してください。"
                           : "いまの状況を下から選んでください。命の危険があるときは、先に119か110へ電話してください。");
  const auto say = [&](const std::string& label, const std::string& text) {
    message.quick_replies.push_back({Action::Kind::kSay, label, text, ""});
  };
  say(english ? "I am safe" : easy ? "ぶじです" : "無事です", "無事です");
  say(english ? "I need help" : easy ? "助（たす）けて" : "助けが必要です", "助けが必要です");
  say(english ? "I evacuated" : easy ? "にげました" : "避難しました", "避難しました");
  for (const std::string& name : open) {
    if (message.quick_replies.size() < 13) say(shorten_graphemes(name, 20), "避難しました " + name);
  }
  return {std::move(message)};
}

std::vector<Message> SafetyDesk::not_now(std::string_view language) {
  const bool english = language != "ja" && language != "ja-easy";
  return {text_message(english ? "Safety reports are taken only while the city has switched them on in a disaster. In "
                                 "danger, call 119 or 110."
                       : language == "ja-easy"
                           ? "いまは 聞（き）いていません。大（おお）きな 災害（さいがい）の ときに ここで "
                             "聞（き）きます。あぶないときは 119か 110に 電話（でんわ）してください。"
                           : "いまは安否の受け付けをしていません。災害のときに市が受け付けを始めると、ここから知らせる"
                             "ことができます。危険なときは119か110へ電話してください。")};
}

Status SafetyDesk::report(store::SubscriberRef who, const SafetyReport& report) {
  const std::string field = field_of(who);
  const std::string plain = dump_json(json{{"kind", kNames[static_cast<std::size_t>(report.kind)]},
                                           {"district", report.district},
                                           {"place", report.place},
                                           {"at", to_unix_ms(report.at)}});
  const auto replies =
      redis_.pipeline({{"HSET", store::keys::safety(), field, sealer_.seal(plain, std::string(kContext) + field)},
                       {"EXPIRE", store::keys::safety(), std::to_string(std::chrono::seconds(kKept).count())}});
  if (!replies) return replies.error();
  for (const store::Reply& reply : *replies) {
    if (reply.is_error()) return store::error_of(reply);
  }
  return {};
}

Result<std::vector<SafetyReport>> SafetyDesk::all() {
  const auto reply = redis_.command({"HGETALL", store::keys::safety()});
  if (!reply) return reply.error();
  if (reply->is_error()) return store::error_of(*reply);
  std::vector<SafetyReport> reports;
  for (std::size_t i = 0; i + 1 < reply->items.size(); i += 2) {
    const auto plain = sealer_.open(reply->items[i + 1].text, std::string(kContext) + reply->items[i].text);
    if (!plain) return plain.error();
    const auto document = parse_json(*plain);
    if (!document) return document.error();
    SafetyReport report;
    const auto name = std::find(kNames.begin(), kNames.end(), json_text(*document, "kind"));
    if (name == kNames.end()) continue;
    report.kind = static_cast<SafetyKind>(name - kNames.begin());
    report.district = json_text(*document, "district");
    report.place = json_text(*document, "place");
    if (const json* const at = json_member(*document, "at"); at != nullptr && at->is_number_integer())
      report.at = from_unix_ms(at->get<std::int64_t>());
    reports.push_back(std::move(report));
  }
  return reports;
}

Result<std::map<std::string, SafetyTally>> SafetyDesk::tally() {
  const auto reports = all();
  if (!reports) return reports.error();
  std::map<std::string, SafetyTally> counts;
  for (const SafetyReport& report : *reports) {
    SafetyTally& tally = counts[report.district];
    if (report.kind == SafetyKind::kSafe) ++tally.safe;
    if (report.kind == SafetyKind::kNeedsHelp) ++tally.needs_help;
    if (report.kind == SafetyKind::kEvacuated) ++tally.evacuated;
  }
  return counts;
}

Result<std::vector<SafetyReport>> SafetyDesk::calls_for_help() {
  auto reports = all();
  if (!reports) return reports.error();
  reports->erase(std::remove_if(reports->begin(), reports->end(),
                                [](const SafetyReport& report) { return report.kind != SafetyKind::kNeedsHelp; }),
                 reports->end());
  std::stable_sort(reports->begin(), reports->end(),
                   [](const SafetyReport& a, const SafetyReport& b) { return a.at < b.at; });
  return std::move(*reports);
}

Status SafetyDesk::forget(store::SubscriberRef who) {
  const auto reply = redis_.command({"HDEL", store::keys::safety(), field_of(who)});
  if (!reply) return reply.error();
  return reply->is_error() ? Status(store::error_of(*reply)) : Status();
}

Status SafetyDesk::clear() {
  const auto reply = redis_.command({"DEL", store::keys::safety()});
  if (!reply) return reply.error();
  return reply->is_error() ? Status(store::error_of(*reply)) : Status();
}

std::vector<Message> SafetyDesk::answer(const SafetyReport& report, std::string_view language) {
  const bool english = language != "ja" && language != "ja-easy";
  const bool easy = language == "ja-easy";
  if (report.kind == SafetyKind::kNeedsHelp) {
    return {text_message(english ? "Recorded. If you are in danger call 119 (fire, ambulance) or 110 (police) now: "
                                   "this record alone does not bring help."
                         : easy  ? "わかりました。あぶないときは すぐに 119か 110に 電話（でんわ）してください。ここに "
                                   "書（か）いただけでは 助（たす）けは 来（き）ません。"
                                 : "記録しました。命の危険があるときは、すぐに119か110へ電話してください。この記録だけで"
                                  "救助が向かうわけではありません。")};
  }
  const std::string family = ShelterDesk::family_text(report.place, language);
  return {text_message(
              english ? "Recorded. To tell your family, send them the next message."
              : easy  ? "わかりました。家族（かぞく）に つたえるときは、つぎの 文（ぶん）を 送（おく）ってください。"
                     : "記録しました。ご家族に伝えるときは、次の文を転送してください。"),
          text_message(family)};
}

}  // namespace kairan::gateway
