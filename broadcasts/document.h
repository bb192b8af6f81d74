// What staff write: the document of a broadcast, as `kairan broadcast create FILE` and the staff API take it. Parsed and
// checked once (content_check.h), stored as canonical JSON, hashed for approval. Values only; any thread.
//
//   {"title", "kind": "live|drill|practice", "priority": "bulk|scheduled|emergency", "section", "topic",
//    "segment": RULES, "everyone" or null, "messages": [1 to 5], "schedule", "expires", "fallbacks", "count_links", "frame"}
//
//   segment   null: nobody was chosen yet. It can be kept as a draft, and goes nowhere until somebody is
//   messages  {"type":"text","text":TEXT}                                   TEXT: a string (Japanese), or {"ja","ja-easy","en",..}
//             {"type":"image","url","preview_url","alt":TEXT}               https, or /m/... of our own
//             {"type":"choices"|"buttons","title":TEXT,"text":TEXT,"choices":[ACTION]}
//             {"type":"cards"|"carousel","alt":TEXT,"cards":[{"title":TEXT,"text":TEXT,"image","actions":[ACTION]}]}
//             {"type":"flex","alt":TEXT,"contents":{...}}                   LINE's own format, texts as they are
//             {"type":"location","title":TEXT,"address":TEXT,"latitude","longitude"}
//             each may have "quick_replies":[ACTION]
//   ACTION    {"type":"say"|"postback"|"uri"|"location"|"date","label":TEXT,"value":TEXT,"display":TEXT}
//   in TEXT   {district}, {NAME} of any attribute of kind single or many, {date}: the day it is sent. {{ and }} are braces.
//   fallbacks {"district": TEXT}: what those read who have no value
//   schedule  absent, null or "now": when it is ordered. "2026-12-01 18:00" in Japan, or with an offset; or a rule of
//             schedule.h, each occurrence of which is a broadcast of its own
//   expires   a time as above: what has not left by then does not leave
//   frame     {"id", "fields": {NAME: text}}: an emergency template or correction frame, with its fields
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/localized.h"
#include "base/result.h"
#include "base/staff_text.h"

namespace kairan::broadcasts {

enum class Kind : std::uint8_t { kLive, kDrill, kPractice };
enum class Priority : std::uint8_t { kBulk, kScheduled, kEmergency };
std::string_view kind_name(Kind kind);
std::optional<Kind> parse_kind(std::string_view name);
std::string_view kind_ja(Kind kind);  ///< 「本番」「訓練」「練習」
std::string_view priority_name(Priority priority);
std::optional<Priority> parse_priority(std::string_view name);

/// What a public drill begins with, put there by the system in every message of every language.
inline constexpr std::string_view kDrillMark = "【訓練】";

/// Something that is wrong or worth a look in a document.
struct Problem {
  std::string path;      ///< "messages[0].text.ja"; "" = the whole document
  StaffText message;     ///< what is wrong and what to write instead
  bool warning = false;  ///< does not stop it
};

struct DocumentAction {
  enum class Kind : std::uint8_t { kSay, kPostback, kUri, kLocation, kDate };
  Kind kind = Kind::kSay;
  Localized label, value, display;
};

struct DocumentCard {
  Localized title, text;
  std::string image;
  std::vector<DocumentAction> actions;
};

struct DocumentMessage {
  enum class Type : std::uint8_t { kText, kImage, kChoices, kCards, kFlex, kLocation };
  Type type = Type::kText;
  Localized title;  ///< choices, location
  Localized text;   ///< text, choices; the address of a location
  Localized alt;    ///< image, cards, flex: what is read instead
  std::string url, preview_url;
  std::vector<DocumentAction> choices;
  std::vector<DocumentCard> cards;
  std::string contents;  ///< flex: canonical JSON
  double latitude = 0, longitude = 0;
  std::vector<DocumentAction> quick_replies;
};

struct FrameUse {
  std::string id;
  std::map<std::string, std::string> fields;
};

/// The segment of a draft for which nobody was chosen yet. It is no segment, so that whoever would evaluate it fails.
inline constexpr std::string_view kNoAudience = "null";
/// What staff are told of it.
StaffText no_audience();

struct Document {
  std::string title;
  Kind kind = Kind::kLive;
  Priority priority = Priority::kBulk;
  std::string section;
  std::string topic;    ///< a value of the attribute "topic"; may be empty
  std::string segment;  ///< canonical JSON of the rules; "" = everyone; kNoAudience = nobody was chosen yet
  std::vector<DocumentMessage> messages;
  std::optional<TimePoint> at;   ///< when; none: when it is ordered
  std::string rule;              ///< canonical JSON of a recurring rule; "" = once
  std::optional<TimePoint> expires;
  std::map<std::string, Localized> fallbacks;  ///< variable → text
  bool count_links = true;
  std::optional<FrameUse> frame;
};

/// Reads a document. Every problem of form is added with its path; limits, names and times are content_check.h's.
/// @return kInvalid when there was one that is no warning
Result<Document> parse_document(std::string_view json, std::vector<Problem>& problems);
/// What a stored document that cannot be read is told as.
Error unreadable_document(ErrorCode code, const Error& why);
/// The same document always gives the same bytes: keys sorted, texts as languages, times in UTC.
std::string canonical_json(const Document& document);
/// What an approval is bound to: SHA-256 over the canonical JSON, in hex.
std::string approval_hash(const Document& document);

/// "2026-12-01 18:00", "2026-12-01T18:00", with or without seconds; in Japan unless Z or an offset follows.
std::optional<TimePoint> parse_time(std::string_view text);


}  // namespace kairan::broadcasts
