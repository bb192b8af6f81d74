#include "broadcasts/alert_wording.h"

#include <array>

#include "base/civil_time.h"
#include "broadcasts/alert_kinds.h"

namespace kairan::broadcasts {
namespace {

std::string two_digits(int number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string shown_time(TimePoint t, const std::string& language) {
  const int minute = jst_minute_of_day(t);
  const Date date = jst_date(t);
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (language == "en")
    return two_digits(minute / 60) + ":" + two_digits(minute % 60) + ", " + kMonths[unsigned(date.month()) - 1] + " " +
           std::to_string(unsigned(date.day()));
  if (language == "ja-easy")
    return std::to_string(unsigned(date.day())) + "日（にち）" + std::to_string(minute / 60) + "時（じ）" +
           two_digits(minute % 60) + "分（ふん）";
  return std::to_string(unsigned(date.day())) + "日" + std::to_string(minute / 60) + "時" + two_digits(minute % 60) +
         "分";
}

std::string district_names(const AlertCity& city, const std::vector<std::string>& ids) {
  std::string names;
  for (const std::string& id : ids) {
    const AlertDistrict* const district = city.district(id);
    if (district != nullptr) names += (names.empty() ? "" : "・") + district->name;
  }
  return names.empty() ? names : names + "地区";
}

/// Values that the sender wrote in Japanese make sense in Japanese texts only, but for numbers and Latin letters.
bool plain_ascii(const std::string& text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

}  // namespace

Result<Localized> word_alert(const AlertRule& rule, const AlertWording& wording) {
  const AlertTemplate* const form = wording.content.templates.find(rule.form);
  if (form == nullptr) return Error{ErrorCode::kInvalid, "ひな形「" + rule.form + "」がありません"};
  const AlertKind* const kind = find_alert_kind(wording.hazard.kind);
  if (kind == nullptr) return Error{ErrorCode::kInternal, "unknown kind"};
  Localized texts;
  for (const std::string& language : wording.content.rules.languages) {
    AlertFields fields = level_fields(wording.content.city, *form, wording.hazard.kind, wording.level, wording.before,
                                      language, wording.written_name);
    fields["time"] = shown_time(wording.alert.reported, language);
    if (wording.alert.valid) fields["until"] = shown_time(*wording.alert.valid, language);
    if (language != "en") {
      if (!wording.alert.office.empty()) fields["office"] = wording.alert.office;
      if (std::string names = district_names(wording.content.city, wording.districts); !names.empty())
        fields["districts"] = std::move(names);
    }
    for (const auto& [name, value] : wording.hazard.fields) {
      if (language != "en" || plain_ascii(value)) fields[name] = value;
    }
    const Result<std::string> text = form->render(wording.occasion, language, fields);
    if (!text) return text.error();
    // The sender's own sentence may speak of other levels; the city's words may not.
    AlertFields own = fields;
    for (const char* free : {"detail", "advice", "tsunami", "condition"}) own.erase(free);
    const Result<std::string> own_text = form->render(wording.occasion, language, own);
    const std::string word = own_text ? contradiction(*own_text, *kind, wording.level, wording.before) : std::string();
    if (!word.empty()) return Error{ErrorCode::kInvalid, "文の中の「" + word + "」がこの発表のレベルと合いません"};
    texts[language] = *text;
  }
  return texts;
}

std::string alert_title(const AlertWording& wording) {
  const AlertKind* const kind = find_alert_kind(wording.hazard.kind);
  const KindLevel* const step =
      kind == nullptr ? nullptr : kind->level(wording.level > 0 ? wording.level : wording.before);
  std::string name = !wording.written_name.empty() ? wording.written_name
                     : step != nullptr             ? pick(step->name, "ja")
                                                   : wording.hazard.kind;
  switch (wording.occasion) {
    case AlertOccasion::kNew:
      break;
    case AlertOccasion::kRaised:
      name += "（引き上げ）";
      break;
    case AlertOccasion::kLowered:
      name += "（引き下げ）";
      break;
    case AlertOccasion::kLifted:
      name += "（解除）";
      break;
    case AlertOccasion::kCorrected:
      name = "【訂正】" + name;
      break;
    case AlertOccasion::kWithdrawn:
      name = "【取消】" + name;
      break;
  }
  return name;
}

}  // namespace kairan::broadcasts
