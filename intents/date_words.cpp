#include "intents/date_words.h"

#include <array>
#include <optional>
#include <string>

namespace kairan::intents {
namespace {

struct DateReader {
  std::string_view text;
  std::size_t at = 0;

  bool skip(std::string_view word) {
    if (text.substr(at, word.size()) != word) return false;
    at += word.size();
    return true;
  }
  template <std::size_t N>
  bool skip_any(const std::array<std::string_view, N>& words) {
    for (const std::string_view word : words) {
      if (skip(word)) return true;
    }
    return false;
  }
  std::optional<int> number() {
    std::size_t end = at;
    while (end < text.size() && end - at < 4 && text[end] >= '0' && text[end] <= '9') ++end;
    if (end == at || (end < text.size() && text[end] >= '0' && text[end] <= '9')) return std::nullopt;
    const int value = std::stoi(std::string(text.substr(at, end - at)));
    at = end;
    return value;
  }
};

constexpr std::array<std::string_view, 7> kKanjiDays{"日曜", "月曜", "火曜", "水曜", "木曜", "金曜", "土曜"};
constexpr std::array<std::string_view, 7> kKanaDays{"にちよう", "げつよう", "かよう", "すいよう", "もくよう", "きんよう", "どよう"};

std::optional<unsigned> weekday(DateReader& reader, bool& kana) {
  for (unsigned day = 0; day < 7; ++day) {
    if (reader.skip(kKanjiDays[day])) {
      reader.skip("日");
      return day;
    }
    const std::size_t start = reader.at;
    if (reader.skip(kKanaDays[day])) {
      if (reader.skip("び")) {
        kana = true;
        return day;
      }
      reader.at = start;
    }
  }
  return std::nullopt;
}

Date next_weekday(Date from, unsigned day) {
  return add_days(from, static_cast<int>((day + 7 - weekday_of(from)) % 7));
}
/// Weeks run from Monday, as calendars of collection do.
Date monday_of(Date date) { return add_days(date, -static_cast<int>((weekday_of(date) + 6) % 7)); }

std::optional<Date> nth_weekday(Date month_day, unsigned nth, unsigned day) {
  const Date first{month_day.year(), month_day.month(), std::chrono::day{1}};
  const Date date = add_days(next_weekday(first, day), static_cast<int>(nth - 1) * 7);
  if (date.month() != first.month()) return std::nullopt;
  return date;
}
Date next_month(Date date) {
  const std::chrono::year_month month = std::chrono::year_month{date.year(), date.month()} + std::chrono::months{1};
  return {month.year(), month.month(), std::chrono::day{1}};
}

/// 12/3, 12月3日, 2026/12/3, 3日
std::optional<Date> calendar_date(DateReader& reader, Date today) {
  const std::optional<int> first = reader.number();
  if (!first) return std::nullopt;
  int year = 0, month = 0;
  std::optional<int> number = first;
  if (*first >= 2000 && (reader.skip("年") || reader.skip("/") || reader.skip("-"))) {
    year = *first;
    number = reader.number();
    if (!number) return std::nullopt;
  }
  if (reader.skip("月") || reader.skip("/") || (year != 0 && reader.skip("-"))) {
    month = *number;
    number = reader.number();
    if (!number) return std::nullopt;
    reader.skip("日");
  } else if (year != 0 || !reader.skip("日") || reader.text.substr(reader.at, 3) == "間") {
    return std::nullopt;
  }
  if (month > 12 || *number > 31) return std::nullopt;  // beyond what the calendar types hold without wrapping
  const auto date_of = [&](Date near) {
    return Date{year != 0 ? std::chrono::year{year} : near.year(),
                month != 0 ? std::chrono::month{static_cast<unsigned>(month)} : near.month(),
                std::chrono::day{static_cast<unsigned>(*number)}};
  };
  Date date = date_of(today);
  if (year == 0 && date.ok() && date < today) {
    date = month != 0 ? Date{today.year() + std::chrono::years{1}, date.month(), date.day()} : date_of(next_month(today));
  }
  return date.ok() ? std::optional<Date>(date) : std::nullopt;
}

struct Relative {
  std::string_view word;
  int days;
  bool kana;
};
constexpr std::array<Relative, 13> kRelativeDays{{{"今日", 0, false},
                                                  {"本日", 0, false},
                                                  {"きょう", 0, true},
                                                  {"明日", 1, false},
                                                  {"あした", 1, true},
                                                  {"あす", 1, true},
                                                  {"明後日", 2, false},
                                                  {"明明後日", 3, false},
                                                  {"あさって", 2, true},
                                                  {"しあさって", 3, true},
                                                  {"翌日", 1, false},
                                                  {"tomorrow", 1, false},
                                                  {"today", 0, false}}};

/// Whether a date word can begin with the letter at `at`: every answer looks for dates at every letter, and few can begin one.
bool may_begin(std::string_view text, std::size_t at) {
  constexpr std::string_view kFirstLetters = "今本明翌週再来第日月火水木金土次きあしこらさにげかすもどつ";
  const char first = text[at];
  if (static_cast<unsigned char>(first) < 0x80) return (first >= '0' && first <= '9') || first == 't';
  if (at + 3 > text.size()) return false;
  for (std::size_t i = 0; i < kFirstLetters.size(); i += 3) {
    if (kFirstLetters[i + 2] == text[at + 2] && kFirstLetters[i + 1] == text[at + 1] && kFirstLetters[i] == first) return true;
  }
  return false;
}

class Finder {
 public:
  Finder(std::string_view folded, Date today) : today_(today) { reader_.text = folded; }

  std::vector<DateWord> run() {
    std::vector<DateWord> found;
    while (reader_.at < reader_.text.size()) {
      const std::size_t start = reader_.at;
      DateWord word;
      if (may_begin(reader_.text, start) && read(word) && reader_.at > start) {
        word.begin = start;
        word.end = reader_.at;
        found.push_back(word);
        continue;
      }
      reader_.at = start + 1;
      while (reader_.at < reader_.text.size() && (static_cast<unsigned char>(reader_.text[reader_.at]) & 0xC0) == 0x80) {
        ++reader_.at;
      }
    }
    return found;
  }

 private:
  void day(DateWord& word, Date date) {
    word.from = word.to = date;
    word.kind = date == today_                 ? DateWord::Kind::kToday
                : date == add_days(today_, 1) ? DateWord::Kind::kTomorrow
                                              : DateWord::Kind::kDay;
  }

  bool read(DateWord& word) {
    const Relative* longest = nullptr;
    for (const Relative& relative : kRelativeDays) {
      if (reader_.text.substr(reader_.at, relative.word.size()) == relative.word &&
          (longest == nullptr || relative.word.size() > longest->word.size())) {
        longest = &relative;
      }
    }
    if (longest != nullptr) {
      reader_.at += longest->word.size();
      day(word, add_days(today_, longest->days));
      word.kana = longest->kana;
      return true;
    }
    return week(word) || ordinal(word) || named_day(word) || numbered(word);
  }

  bool week(DateWord& word) {
    constexpr std::array<std::string_view, 2> kThis{"今週", "こんしゅう"};
    constexpr std::array<std::string_view, 2> kNext{"来週", "らいしゅう"};
    constexpr std::array<std::string_view, 2> kAfterNext{"再来週", "さらいしゅう"};
    if (reader_.skip("週末")) {
      word.from = next_weekday(today_, 6);
      word.to = add_days(word.from, 1);
      word.kind = DateWord::Kind::kDay;
      return true;
    }
    const int weeks = reader_.skip_any(kAfterNext) ? 2 : reader_.skip_any(kNext) ? 1 : reader_.skip_any(kThis) ? 0 : -1;
    if (weeks < 0) return false;
    const Date monday = add_days(monday_of(today_), weeks * 7);
    const std::size_t after_week = reader_.at;
    reader_.skip("の");
    if (const std::optional<unsigned> named = weekday(reader_, word.kana)) {
      day(word, add_days(monday, static_cast<int>((*named + 6) % 7)));
      return true;
    }
    reader_.at = after_week;
    word.from = weeks == 0 ? today_ : monday;
    word.to = add_days(monday, 6);
    word.kind = weeks == 0 ? DateWord::Kind::kThisWeek : weeks == 1 ? DateWord::Kind::kNextWeek : DateWord::Kind::kDay;
    return true;
  }

  bool ordinal(DateWord& word) {
    const std::size_t start = reader_.at;
    const bool coming = reader_.skip("来月の");
    if (!coming) reader_.skip("今月の");
    if (reader_.skip("第")) {
      const std::optional<int> nth = reader_.number();
      const std::optional<unsigned> named = nth ? weekday(reader_, word.kana) : std::nullopt;
      if (named && *nth >= 1 && *nth <= 5) {
        std::optional<Date> date = nth_weekday(coming ? next_month(today_) : today_, static_cast<unsigned>(*nth), *named);
        if (!coming && (!date || *date < today_)) date = nth_weekday(next_month(today_), static_cast<unsigned>(*nth), *named);
        if (date) {
          day(word, *date);
          return true;
        }
      }
    }
    reader_.at = start;
    return false;
  }

  bool named_day(DateWord& word) {
    const std::size_t start = reader_.at;
    const bool coming = reader_.skip("次の") || reader_.skip("今度の") || reader_.skip("つぎの");
    if (const std::optional<unsigned> named = weekday(reader_, word.kana)) {
      day(word, next_weekday(add_days(today_, coming ? 1 : 0), *named));
      return true;
    }
    reader_.at = start;
    return false;
  }

  bool numbered(DateWord& word) {
    const std::size_t start = reader_.at;
    // A number in the middle of a longer one, or of a word such as 119番, is no date.
    if (start > 0 && (reader_.text[start - 1] == '/' || reader_.text[start - 1] == '-' || reader_.text[start - 1] == '.' ||
                      (reader_.text[start - 1] >= '0' && reader_.text[start - 1] <= '9'))) {
      return false;
    }
    if (const std::optional<Date> date = calendar_date(reader_, today_)) {
      day(word, *date);
      return true;
    }
    reader_.at = start;
    return false;
  }

  Date today_;
  DateReader reader_;
};

}  // namespace

std::vector<DateWord> find_dates(std::string_view folded, Date today) { return Finder(folded, today).run(); }

}  // namespace kairan::intents
