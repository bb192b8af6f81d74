#include "adapters/simulator/made_residents.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <random>
#include <set>
#include <string_view>
#include <vector>

#include "adapters/simulator/directory.h"
#include "gateway/subscriber_file.h"

namespace kairan::adapters::simulator {
namespace {

using store::Attribute;
using store::AttributeKind;
using Chosen = std::map<std::string, std::vector<std::string>>;

/// How many in a hundred choose a value (of "many"), or how it weighs among the others (of "single"). Made up, but for the
/// districts, which weigh as many as lived there in the census of 2010.
struct Share {
  std::string_view attribute, value;
  unsigned weight;
};
constexpr std::array kShares = {
    Share{"district", "kashima", 14016},
    Share{"district", "nogomi", 3718},
    Share{"district", "furueda", 3031},
    Share{"district", "hama", 3089},
    Share{"district", "kitakashima", 3694},
    Share{"district", "nanaura", 3172},
    Share{"topic", "kosodate", 5},
    Share{"topic", "kenko", 34},
    Share{"topic", "kaigo", 22},
    Share{"topic", "fukushi", 9},
    Share{"topic", "event", 37},
    Share{"topic", "kankyo", 11},
    Share{"topic", "nogyo", 17},
    Share{"topic", "shoko", 13},
    Share{"topic", "iju", 3},
    Share{"topic", "doboku", 28},
    Share{"topic", "kouhou", 46},
    Share{"bousai", "kishou", 52},
    Share{"bousai", "kunren", 18},
    Share{"garbage_reminder", "evening-18", 14},
    Share{"garbage_reminder", "evening-20", 34},
    Share{"garbage_reminder", "evening-21", 10},
    Share{"garbage_reminder", "morning-6", 12},
    Share{"garbage_reminder", "morning-7", 22},
    Share{"garbage_reminder", "off", 8},
    Share{"language", "ja", 94},
    Share{"language", "ja-easy", 4},
    Share{"language", "en", 2},
    Share{"display", "standard", 79},
    Share{"display", "large", 18},
    Share{"display", "text", 3},
};
constexpr unsigned kUsualShare = 20;  ///< of a value that is not listed
/// In a hundred.
constexpr unsigned kChoseNothing = 14, kParents = 23, kParentsTopic = 80, kAnswers = 68, kSecondDistrict = 9;
/// In a thousand: groups that the city has verified.
constexpr unsigned kVerified = 15;

unsigned share_of(const Attribute& attribute, std::string_view value) {
  for (const Share& share : kShares) {
    if (share.attribute == attribute.id && share.value == value) return share.weight;
  }
  return kUsualShare;
}

class Maker {
 public:
  Maker(const MadeResidents& wanted, const store::AttributeSchema& schema) : wanted_(wanted), schema_(schema) {}

  Chosen make(std::size_t number) {
    // A generator of each resident's own, so that the others stay as they are when there are more.
    random_.seed(wanted_.seed * 1'000'003 + number);
    Chosen chosen;
    const bool owns_phone = number < wanted_.owners;
    if (!owns_phone && in_hundred(kChoseNothing)) return chosen;
    const bool is_parent = in_hundred(kParents);
    for (const Attribute& attribute : schema_.attributes()) {
      std::vector<std::string> values = of(attribute, is_parent);
      if (owns_phone && attribute.id == "district" && !attribute.values.empty()) {
        values = {attribute.values[number % attribute.values.size()].id};
      }
      if (!values.empty()) chosen[attribute.id] = std::move(values);
    }
    return chosen;
  }

 private:
  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  bool in_hundred(unsigned share) { return below(100) < share; }

  std::string one_of(const Attribute& attribute) {
    std::uint64_t all = 0;
    for (const store::AttributeValue& value : attribute.values) all += share_of(attribute, value.id);
    std::uint64_t at = all == 0 ? 0 : below(all);
    for (const store::AttributeValue& value : attribute.values) {
      const unsigned weight = share_of(attribute, value.id);
      if (at < weight) return value.id;
      at -= weight;
    }
    return {};
  }

  std::vector<std::string> of(const Attribute& attribute, bool is_parent) {
    if (attribute.kind == AttributeKind::kBirthMonths) return is_parent ? children() : std::vector<std::string>();
    if (attribute.values.empty()) return {};
    if (attribute.id == "district") return districts(attribute);
    if (attribute.kind != AttributeKind::kMany) {
      if (!in_hundred(kAnswers)) return {};
      return {one_of(attribute)};
    }
    std::vector<std::string> values;
    for (const store::AttributeValue& value : attribute.values) {
      const bool parents = is_parent && (value.id == "kosodate" || value.id == "kenko");
      const bool takes = attribute.verified ? below(1000) < kVerified
                                            : in_hundred(parents ? kParentsTopic : share_of(attribute, value.id));
      if (takes && (attribute.at_most == 0 || values.size() < attribute.at_most)) values.push_back(value.id);
    }
    return values;
  }

  std::vector<std::string> districts(const Attribute& attribute) {
    std::vector<std::string> values{one_of(attribute)};
    if (in_hundred(kSecondDistrict)) {
      std::string second = one_of(attribute);
      if (second != values.front()) values.push_back(std::move(second));
    }
    return values;
  }

  /// One to three, of any age under 18. One of thirty born in April is born on the 1st, which is a value of its own.
  std::vector<std::string> children() {
    std::set<std::string> months;
    const std::uint64_t count = 1 + (in_hundred(55) ? 1 : 0) + (in_hundred(18) ? 1 : 0);
    const int this_month =
        static_cast<int>(wanted_.today.year()) * 12 + static_cast<int>(unsigned{wanted_.today.month()}) - 1;
    while (months.size() < count) {
      const int month = this_month - static_cast<int>(below(18 * 12));
      char text[32];
      std::snprintf(text, sizeof text, "%04d-%02d%s", month / 12, month % 12 + 1,
                    month % 12 == 3 && below(30) == 0 ? "-01" : "");
      months.emplace(text);
    }
    return {months.begin(), months.end()};
  }

  const MadeResidents& wanted_;
  const store::AttributeSchema& schema_;
  std::mt19937_64 random_;
};

}  // namespace

std::string made_residents_csv(const MadeResidents& wanted, const store::AttributeSchema& schema) {
  Directory directory(wanted.seed);
  Maker maker(wanted, schema);
  std::string csv = gateway::subscriber_header(schema);
  for (std::size_t number = 0; number < wanted.count; ++number) {
    csv += gateway::subscriber_line(schema, directory.id_text(directory.add_next()), maker.make(number));
  }
  return csv;
}

}  // namespace kairan::adapters::simulator
