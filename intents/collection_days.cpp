#include "intents/collection_days.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "intents/kana.h"
#include "base/tabular/grid.h"

namespace kairan::intents {
namespace {

constexpr std::u32string_view kWeekdays = U"日月火水木金土";
constexpr int kHorizonDays = 400;

std::optional<unsigned> weekday_letter(char32_t c) {
  const std::size_t at = kWeekdays.find(c);
  if (at == std::u32string_view::npos) return std::nullopt;
  return static_cast<unsigned>(at);
}

/// Reads the cell from left to right. Ordinals gather until a weekday comes (第1・3火曜日) or follow it (火1).
class CollectionScanner {
 public:
  explicit CollectionScanner(std::string_view cell) : text_(to_code_points(fold(cell))) {}

  bool run(CollectionRule& rule) {
    while (at_ < text_.size()) {
      if (!step(rule)) return false;
    }
    std::sort(rule.dates.begin(), rule.dates.end());
    return ordinals_.empty() || used_;
  }
  std::string rest() const { return to_utf8(text_.substr(at_, 12)); }

 private:
  bool starts(std::u32string_view word) const { return std::u32string_view(text_).substr(at_, word.size()) == word; }
  bool skip(std::u32string_view word) {
    if (!starts(word)) return false;
    at_ += word.size();
    return true;
  }

  bool step(CollectionRule& rule) {
    if (skip(U"毎週")) {
      ordinals_.clear();
      return true;
    }
    if (skip(U"毎月") || skip(U"曜日") || skip(U"曜")) return true;
    if (skip(U"最終") || skip(U"最後の")) {
      add_ordinal(kLastOfMonth);
      return true;
    }
    const char32_t c = text_[at_];
    if (is_digit(c)) return digits(rule);
    if (std::u32string_view(U" ;、・,/と及びの第").find(c) != std::u32string_view::npos) {
      ++at_;
      return true;
    }
    return weekday(rule);
  }

  bool digits(CollectionRule& rule) {
    std::size_t end = at_;
    while (end < text_.size() && (is_digit(text_[end]) || text_[end] == U'-' || text_[end] == U'/')) ++end;
    const std::u32string_view word = std::u32string_view(text_).substr(at_, end - at_);
    if (word.size() >= 8) {
      const std::optional<Date> date = parse_date(to_utf8(word));
      if (!date) return false;
      rule.dates.push_back(*date);
      at_ = end;
      return true;
    }
    const char32_t c = text_[at_];
    if (c < U'1' || c > U'5' || (at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) return false;
    add_ordinal(static_cast<unsigned>(c - U'0'));
    ++at_;
    return true;
  }

  bool weekday(CollectionRule& rule) {
    const std::optional<unsigned> day = weekday_letter(text_[at_]);
    if (!day) return false;
    ++at_;
    if (!skip(U"曜日")) skip(U"曜");
    const char32_t next = at_ < text_.size() ? text_[at_] : U' ';
    const bool date_follows = at_ + 1 < text_.size() && is_digit(text_[at_ + 1]);
    if (next >= U'1' && next <= U'5' && !date_follows) {  // 火1
      rule.weekdays.push_back({*day, static_cast<unsigned>(next - U'0')});
      ++at_;
      ordinals_.clear();
      return true;
    }
    if (ordinals_.empty()) rule.weekdays.push_back({*day, 0});
    for (const unsigned nth : ordinals_) rule.weekdays.push_back({*day, nth});
    used_ = true;
    return true;
  }

  void add_ordinal(unsigned nth) {
    if (used_) ordinals_.clear();
    used_ = false;
    ordinals_.push_back(nth);
  }

  std::u32string text_;
  std::size_t at_ = 0;
  std::vector<unsigned> ordinals_;
  bool used_ = false;
};

bool is_last_of_month(Date date) { return add_days(date, 7).month() != date.month(); }

}  // namespace

std::optional<CollectionRule> parse_collection_days(std::string_view cell, std::string& unread) {
  CollectionRule rule;
  CollectionScanner scanner(cell);
  if (!scanner.run(rule)) {
    unread = scanner.rest().empty() ? std::string(cell) : scanner.rest();
    return std::nullopt;
  }
  return rule;
}

std::optional<std::vector<std::pair<Date, Date>>> parse_closed_days(std::string_view cell, std::string& unread) {
  std::vector<std::pair<Date, Date>> days;
  std::string text = fold(cell);
  for (const std::string_view mark : {"、", ","}) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark)) text.replace(at, mark.size(), ";");
  }
  std::replace(text.begin(), text.end(), ' ', ';');
  for (const std::string& part : split_values(text)) {
    const std::size_t wave = part.find('~');
    const std::optional<Date> first = parse_date(part.substr(0, wave));
    const std::optional<Date> last = wave == std::string::npos ? first : parse_date(part.substr(wave + 1));
    if (!first || !last || *last < *first) {
      unread = part;
      return std::nullopt;
    }
    days.emplace_back(*first, *last);
  }
  return days;
}

bool collects_on(const CollectionRule& rule, const std::vector<std::pair<Date, Date>>& closed, Date date) {
  if (std::binary_search(rule.dates.begin(), rule.dates.end(), date)) return true;
  for (const auto& [first, last] : closed) {
    if (first <= date && date <= last) return false;
  }
  const unsigned weekday = weekday_of(date);
  for (const CollectionRule::NthWeekday& day : rule.weekdays) {
    if (day.weekday != weekday) continue;
    if (day.nth == 0 || day.nth == nth_weekday_of(date) || (day.nth == kLastOfMonth && is_last_of_month(date))) return true;
  }
  return false;
}

std::vector<Date> next_collections(const CollectionRule& rule, const std::vector<std::pair<Date, Date>>& closed,
                                   Date from, std::size_t count) {
  std::vector<Date> days;
  for (int i = 0; i < kHorizonDays && days.size() < count; ++i) {
    const Date date = add_days(from, i);
    if (collects_on(rule, closed, date)) days.push_back(date);
  }
  return days;
}

std::string describe(const CollectionRule& rule) {
  std::string weekly;
  std::map<std::vector<unsigned>, std::string> by_ordinals;
  for (unsigned weekday = 0; weekday < 7; ++weekday) {
    std::vector<unsigned> ordinals;
    bool every = false;
    for (const CollectionRule::NthWeekday& day : rule.weekdays) {
      if (day.weekday != weekday) continue;
      every = every || day.nth == 0;
      if (day.nth != 0) ordinals.push_back(day.nth);
    }
    std::string& days = every ? weekly : by_ordinals[ordinals];
    if (every || !ordinals.empty()) days += (days.empty() ? "" : "・") + std::string(weekday_ja(weekday));
  }
  std::string text = weekly.empty() ? "" : "毎週" + weekly + "曜日";
  for (const auto& [ordinals, days] : by_ordinals) {
    if (ordinals.empty()) continue;
    std::string numbers;
    for (const unsigned nth : ordinals) {
      numbers += (numbers.empty() ? "" : "・") + (nth == kLastOfMonth ? std::string("最終") : std::to_string(nth));
    }
    const bool last_only = ordinals.front() == kLastOfMonth;
    text += (text.empty() ? "" : "、") + std::string(last_only ? "" : "第") + numbers + days + "曜日";
  }
  if (!rule.dates.empty()) text += (text.empty() ? "" : "、") + std::string("市が決めた日");
  return text;
}

std::string write_collection_days(const CollectionRule& rule) {
  std::string text;
  const auto add = [&](const std::string& word) { text += (text.empty() ? "" : " ") + word; };
  for (const CollectionRule::NthWeekday& day : rule.weekdays) {
    const std::string name(weekday_ja(day.weekday));
    if (day.nth == kLastOfMonth) add("最終" + name);
    else add(day.nth == 0 ? name : name + std::to_string(day.nth));
  }
  for (const Date date : rule.dates) add(format_iso(date));
  return text;
}

}  // namespace kairan::intents
