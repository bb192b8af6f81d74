#include "intents/settings_birth_month.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/text.h"
#include "intents/kana.h"

namespace kairan::intents {
namespace {

constexpr std::size_t kMaxMonths = 10;
constexpr int kEarliestYearMeant = 1900;
constexpr std::size_t kMaxTextLooked = 400;  // bytes of folded text that are looked at

struct Era {
  std::string_view word;
  int before_first;  ///< the year before its first
  int last;          ///< its last year, 0 = it goes on
};
// Showa 64 = Heisei 1 = 1989 (from 8 January), Heisei 31 = Reiwa 1 = 2019 (from 1 May).
constexpr std::array<Era, 9> kEras{{{"令和", 2018, 0},
                                    {"れいわ", 2018, 0},
                                    {"平成", 1988, 31},
                                    {"へいせい", 1988, 31},
                                    {"昭和", 1925, 64},
                                    {"しょうわ", 1925, 64},
                                    {"r", 2018, 0},
                                    {"h", 1988, 31},
                                    {"s", 1925, 64}}};
constexpr std::array<std::string_view, 12> kMonthNames{"january",   "february", "march",    "april",
                                                       "may",       "june",     "july",     "august",
                                                       "september", "october",  "november", "december"};

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

/// Reads a folded text from left to right.
class BirthScanner {
 public:
  BirthScanner(std::string_view text, Date today) : text_(text), today_(today) {}

  std::vector<BirthMonth> months() {
    std::vector<BirthMonth> found;
    while (at_ < text_.size() && found.size() < kMaxMonths) {
      const std::size_t start = at_;
      std::optional<BirthMonth> one = boundary() ? month_here() : std::nullopt;
      if (one)
        found.push_back(*one);
      else
        at_ = start + 1;
    }
    return found;
  }

  std::optional<int> year_alone() {
    skip_spaces();
    const std::optional<Year> year = year_here();
    if (!year || year->impossible) return std::nullopt;
    (void)take("年");
    if (!take("うまれ")) (void)take("生まれ");
    skip_spaces();
    return at_ == text_.size() ? std::optional<int>(year->value) : std::nullopt;
  }

 private:
  struct Year {
    int value = 0;
    bool impossible = false;
  };

  bool boundary() const {
    // 「52022/5」 and "year2022" do not begin in the middle.
    return at_ == 0 || !(is_digit(text_[at_ - 1]) || (is_letter(text_[at_ - 1]) && is_letter(text_[at_])));
  }
  bool take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  void skip_spaces() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  std::optional<int> number(std::size_t most) {
    std::size_t end = at_;
    int value = 0;
    while (end < text_.size() && is_digit(text_[end]) && end - at_ < most) value = value * 10 + (text_[end++] - '0');
    if (end == at_ || (end < text_.size() && is_digit(text_[end]))) return std::nullopt;
    at_ = end;
    return value;
  }

  std::optional<Year> year_here() {
    for (const Era& era : kEras) {
      const std::size_t start = at_;
      if (!take(era.word)) continue;
      (void)take(".");
      skip_spaces();
      std::optional<int> count = take("元") ? std::optional<int>(1) : number(2);
      if (count) return Year{era.before_first + *count, *count < 1 || (era.last > 0 && *count > era.last)};
      at_ = start;
    }
    const std::size_t start = at_;
    if (const std::optional<int> year = number(4); year && at_ - start == 4) return Year{*year, false};
    at_ = start;
    return std::nullopt;
  }

  bool separator() {
    skip_spaces();
    for (const std::string_view mark : {"年", "/", ".", "-", "ー", "の", ","}) {
      if (!take(mark)) continue;
      skip_spaces();
      return true;
    }
    return at_ > 0 && text_[at_ - 1] == ' ';
  }

  std::optional<BirthMonth> month_here() {
    if (is_letter(text_[at_])) {
      if (const std::optional<int> month = month_name()) {
        skip_spaces();
        (void)take(",");
        skip_spaces();
        if (const std::optional<Year> year = year_here()) return made(*year, *month);
        return std::nullopt;
      }
    }
    if (const std::optional<BirthMonth> plain = digits_alone()) return plain;
    const std::optional<Year> year = year_here();
    if (!year) return std::nullopt;
    const bool says_year = text_.substr(at_, std::string_view("年").size()) == "年";
    if (!separator()) return std::nullopt;
    const std::optional<int> month = at_ < text_.size() && is_letter(text_[at_]) ? month_name() : number(2);
    if (!month) return std::nullopt;
    const bool says_month = take("月");
    // 「0954-63-2111」 is no month that does not exist: it is no month at all.
    if (!says_year && !says_month && (*month < 1 || *month > 12 || year->value < kEarliestYearMeant))
      return std::nullopt;
    BirthMonth result = made(*year, *month);
    const std::size_t after = at_;
    // A day may follow. It is read for the 1st of April alone and then forgotten.
    if (says_month || separator()) {
      skip_spaces();
      if (const std::optional<int> day = number(2); day && *day >= 1 && *day <= 31) {
        (void)take("日");
        if (result.month == 4) result.on_first = *day == 1;
        return result;
      }
    }
    at_ = after;
    return result;
  }

  /// 「202205」 and 「20220510」.
  std::optional<BirthMonth> digits_alone() {
    std::size_t end = at_;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    const std::size_t length = end - at_;
    if (length != 6 && length != 8) return std::nullopt;
    const auto part = [&](std::size_t from, std::size_t count) {
      int value = 0;
      for (std::size_t i = 0; i < count; ++i) value = value * 10 + (text_[at_ + from + i] - '0');
      return value;
    };
    BirthMonth result = made(Year{part(0, 4), false}, part(4, 2));
    if (length == 8 && result.month == 4) result.on_first = part(6, 2) == 1;
    at_ = end;
    return result;
  }

  std::optional<int> month_name() {
    std::size_t end = at_;
    while (end < text_.size() && is_letter(text_[end])) ++end;
    const std::string_view word = text_.substr(at_, end - at_);
    if (word.size() < 3) return std::nullopt;
    for (std::size_t i = 0; i < kMonthNames.size(); ++i) {
      if (kMonthNames[i].substr(0, word.size()) != word) continue;
      at_ = end;
      (void)take(".");
      return static_cast<int>(i) + 1;
    }
    return std::nullopt;
  }

  BirthMonth made(Year year, int month) const {
    BirthMonth result = check_birth_month(year.value, month, today_);
    if (year.impossible) result.problem = BirthMonth::Problem::kNoSuchEra;
    return result;
  }

  std::string_view text_;
  Date today_;
  std::size_t at_ = 0;
};

std::string folded_head(std::string_view text) {
  return std::string(prefix_utf16(fold(prefix_utf16(text, kMaxTextLooked)), kMaxTextLooked));
}

std::optional<int> two_digits(std::string_view text) {
  if (text.size() != 2 || !is_digit(text[0]) || !is_digit(text[1])) return std::nullopt;
  return (text[0] - '0') * 10 + (text[1] - '0');
}

}  // namespace

BirthMonth check_birth_month(int year, int month, Date today) {
  BirthMonth result;
  result.year = year;
  result.month = month;
  using Problem = BirthMonth::Problem;
  if (month < 1 || month > 12)
    result.problem = Problem::kNoSuchMonth;
  else if (year > year_of(today) || (year == year_of(today) && month > month_of(today)))
    result.problem = Problem::kFuture;
  else if (year < kEarliestBirthYear)
    result.problem = Problem::kTooOld;
  return result;
}

std::vector<BirthMonth> read_birth_months(std::string_view text, Date today) {
  const std::string folded = folded_head(text);
  return BirthScanner(folded, today).months();
}

std::optional<int> read_birth_year(std::string_view text, Date today) {
  const std::string folded = folded_head(text);
  return BirthScanner(folded, today).year_alone();
}

std::optional<int> read_month_alone(std::string_view text) {
  std::string folded(trim(folded_head(text)));
  constexpr std::string_view kMonth = "月";
  if (folded.size() > kMonth.size() && folded.compare(folded.size() - kMonth.size(), kMonth.size(), kMonth) == 0) {
    folded.resize(folded.size() - kMonth.size());
  }
  if (folded.empty() || folded.size() > 2 || !std::all_of(folded.begin(), folded.end(), is_digit)) return std::nullopt;
  return std::stoi(folded);
}

std::string birth_month_id(int year, int month, bool on_first) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d%s", year, month, on_first ? "-01" : "");
  return text.data();
}

std::optional<BirthMonthParts> parse_birth_month_id(std::string_view id) {
  if ((id.size() != 7 && id.size() != 10) || id[4] != '-') return std::nullopt;
  const auto century = two_digits(id.substr(0, 2)), year = two_digits(id.substr(2, 2)),
             month = two_digits(id.substr(5, 2));
  if (!century || !year || !month || *month < 1 || *month > 12) return std::nullopt;
  if (id.size() == 10 && id.substr(5) != "04-01") return std::nullopt;
  return BirthMonthParts{*century * 100 + *year, *month, id.size() == 10};
}

std::string birth_month_label(std::string_view id, std::string_view language) {
  const auto parts = parse_birth_month_id(id);
  if (!parts) return std::string(id);
  if (language == "ja" || language == "ja-easy") {
    const bool easy = language == "ja-easy";
    std::string label = std::to_string(parts->year) + (easy ? "年（ねん）" : "年") + std::to_string(parts->month) +
                        (easy ? "月（がつ）" : "月");
    if (parts->on_first) label += easy ? "1日（ついたち）" : "1日";
    return label;
  }
  return std::string(parts->on_first ? "1 " : "") + month_label(parts->month, language) + " " +
         std::to_string(parts->year);
}

std::string birth_year_label(int year, std::string_view language) {
  const std::string number = std::to_string(year);
  if (language != "ja" && language != "ja-easy") return number;
  const auto era = [&](std::string_view name, int count) {
    return number + "年（" + std::string(name) + (count == 1 ? "元" : std::to_string(count)) + "年）";
  };
  if (year >= 2019) return era("令和", year - 2018);
  if (year >= 1989) return era("平成", year - 1988);
  return number + "年";
}

std::string month_label(int month, std::string_view language) {
  if (language == "ja") return std::to_string(month) + "月";
  if (language == "ja-easy") return std::to_string(month) + "月（がつ）";
  if (month < 1 || month > 12) return std::to_string(month);
  std::string name(kMonthNames[static_cast<std::size_t>(month - 1)]);
  name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

}  // namespace kairan::intents
