// Random residents and random segments: what the bitmaps give equals asking each resident in turn. The plain evaluation
// reads the rules' JSON by itself and shares no code with the product.
#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "broadcasts/segment.h"
#include "tests/broadcasts/segment_schema.h"
#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::broadcasts;
using kairan::test::must;
using nlohmann::json;

namespace {

struct Resident {
  bool follows = false;
  std::map<std::string, std::set<std::string>> chosen;  ///< attribute → values
  std::set<std::string> received;
};

const std::array<std::string, 2> kBroadcasts = {std::string(32, 'a'), std::string(32, 'b')};

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  int upto(int most) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(most + 1)); }
  bool one_in(int n) { return upto(n - 1) == 0; }
  template <typename T>
  const T& of(const std::vector<T>& all) {
    return all[static_cast<std::size_t>(upto(static_cast<int>(all.size()) - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

std::string two_digits(int n) {
  return (n < 10 ? "0" : "") + std::to_string(n);
}

std::string random_birth(Random& random, int year) {
  const std::string y = std::to_string(year - random.upto(20) + (random.one_in(10) ? 1 : 0));
  if (random.one_in(3)) return random.one_in(2) ? y + "-04" : y + "-04-01";
  return y + "-" + two_digits(1 + random.upto(11));
}

Resident random_resident(Random& random, const store::AttributeSchema& schema, int year) {
  Resident made;
  if (random.one_in(6)) return made;  // erased: the slot is there, its bits are not
  made.follows = !random.one_in(5);
  for (const store::Attribute& attribute : schema.attributes()) {
    if (random.one_in(3)) continue;
    const bool many =
        attribute.kind == store::AttributeKind::kMany || attribute.kind == store::AttributeKind::kBirthMonths;
    for (int n = many ? random.upto(2) : 0; n >= 0; --n) {
      made.chosen[attribute.id].insert(attribute.kind == store::AttributeKind::kBirthMonths
                                           ? random_birth(random, year)
                                           : random.of(attribute.values).id);
    }
  }
  for (const std::string& id : kBroadcasts) {
    if (random.one_in(3)) made.received.insert(id);
  }
  return made;
}

// --- rules ---

json random_values(Random& random, const std::vector<std::string>& all) {
  std::vector<std::string> some;
  for (int n = random.upto(2); n >= 0; --n) some.push_back(random.of(all));
  if (random.one_in(2)) return some;
  std::string text;
  for (const std::string& one : some) text += (text.empty() ? "" : ",") + one;
  return text;
}

json random_rule(Random& random, const store::AttributeSchema& schema) {
  static const std::vector<std::string> kSchool = {"preschool", "nursery0", "nursery3", "5歳児",  "小1", "elementary4",
                                                   "小6",       "中1",      "junior3",  "小学生", "高2", "high3"};
  if (random.one_in(8)) {
    return {{"field", "broadcast"},
            {"operator", random.one_in(2) ? "received" : "notReceived"},
            {"value", random_values(random, {kBroadcasts.begin(), kBroadcasts.end()})}};
  }
  const store::Attribute& attribute = random.of(schema.attributes());
  if (attribute.kind == store::AttributeKind::kBirthMonths) {
    if (random.one_in(2)) {
      const std::string op = random.of(std::vector<std::string>{"=", "!=", "in", "notIn"});
      return {{"field", attribute.id + ".school_year"},
              {"operator", op},
              {"value", op.size() == 1 || op == "!=" ? json(random.of(kSchool)) : random_values(random, kSchool)}};
    }
    const std::string op = random.of(
        std::vector<std::string>{"=", "!=", "<", "<=", ">", ">=", "between", "notBetween", "null", "notNull"});
    const int age = 1 + random.upto(18);
    json value = random.one_in(2) ? json(age) : json(std::to_string(age));
    if (op == "between" || op == "notBetween") value = {age - 1, age + random.upto(3)};
    return {{"field", attribute.id}, {"operator", op}, {"value", value}};
  }
  std::vector<std::string> ids;
  for (const auto& value : attribute.values) ids.push_back(value.id);
  std::vector<std::string> operators = {"=", "!=", "null", "notNull"};
  if (attribute.kind != store::AttributeKind::kYesNo) operators.insert(operators.end(), {"in", "notIn"});
  if (attribute.kind == store::AttributeKind::kMany) operators.insert(operators.end(), {"contains", "all"});
  const std::string op = random.of(operators);
  const bool several = op == "in" || op == "notIn" || op == "all";
  return {{"field", attribute.id},
          {"operator", op},
          {"value", several ? random_values(random, ids) : json(random.of(ids))}};
}

json random_group(Random& random, const store::AttributeSchema& schema, int depth) {
  json group = {{"combinator", random.one_in(2) ? "and" : "or"}, {"rules", json::array()}};
  if (random.one_in(3)) group["not"] = random.one_in(2);
  for (int n = random.upto(2); n >= 0; --n) {
    group["rules"].push_back(depth > 1 && random.one_in(3) ? random_group(random, schema, depth - 1)
                                                           : random_rule(random, schema));
  }
  return group;
}

// --- the plain evaluation ---

std::vector<std::string> plain_values(const json& value) {
  if (value.is_array()) {
    std::vector<std::string> all;
    for (const json& one : value) all.push_back(one.is_string() ? one.get<std::string>() : one.dump());
    return all;
  }
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  std::vector<std::string> all;
  std::size_t comma;
  while ((comma = text.find(',')) != std::string::npos) {
    all.push_back(text.substr(0, comma));
    text.erase(0, comma + 1);
  }
  all.push_back(text);
  return all;
}

struct Day {
  int year, month, day;
};

bool is_born(const std::string& birth, const Day& today) {
  return birth.substr(0, 7) <= std::to_string(today.year) + "-" + two_digits(today.month);
}

int plain_age(const std::string& birth, const Day& today) {
  return today.year - std::stoi(birth.substr(0, 4)) - (today.month < std::stoi(birth.substr(5, 2)) ? 1 : 0);
}

/// How many first days of April (from the 2nd of April of birth on) have passed: 7 of them make the first grade.
int plain_school(const std::string& birth, const Day& today) {
  std::string full = birth.size() == 10 ? birth : birth + (birth.substr(5) == "04" ? "-02" : "-15");
  int starts = 0;
  for (int year = 1990; year <= today.year; ++year) {
    const std::string start = std::to_string(year) + "-04-01";
    const std::string now = std::to_string(today.year) + "-" + two_digits(today.month) + "-" + two_digits(today.day);
    if (start <= now && full <= start) ++starts;
  }
  return starts;
}

bool plain_is_in(int school, const std::string& name) {
  static const std::map<std::string, std::pair<int, int>> kYears = {
      {"preschool", {0, 6}}, {"nursery0", {0, 1}},      {"nursery3", {4, 4}}, {"5歳児", {6, 6}},
      {"小1", {7, 7}},       {"elementary4", {10, 10}}, {"小6", {12, 12}},    {"中1", {13, 13}},
      {"junior3", {15, 15}}, {"小学生", {7, 12}},       {"高2", {17, 17}},    {"high3", {18, 18}}};
  const auto [least, most] = kYears.at(name);
  return school >= least && school <= most;
}

bool plain(const json& rule, const Resident& who, const Day& today) {
  if (rule.contains("rules")) {
    bool all = true, any = false;
    for (const json& inner : rule["rules"]) {
      const bool holds = plain(inner, who, today);
      all = all && holds;
      any = any || holds;
    }
    return (rule["combinator"] == "and" ? all : any) != rule.value("not", false);
  }
  std::string field = rule["field"];
  const std::string op = rule["operator"];
  if (field == "broadcast") {
    bool got = false;
    for (const std::string& id : plain_values(rule["value"])) got = got || who.received.count(id) != 0;
    return got == (op == "received");
  }
  const bool school = field.size() > 12 && field.substr(field.size() - 12) == ".school_year";
  if (school) field.resize(field.size() - 12);
  const auto found = who.chosen.find(field);
  const std::set<std::string> chosen = found == who.chosen.end() ? std::set<std::string>() : found->second;
  if (op == "null") return chosen.empty();
  if (op == "notNull") return !chosen.empty();
  const std::vector<std::string> values = plain_values(rule["value"]);
  const bool negative = op == "!=" || op == "notIn" || op == "notBetween";
  bool holds = false;
  if (school) {
    for (const std::string& birth : chosen) {
      for (const std::string& name : values)
        holds = holds || (is_born(birth, today) && plain_is_in(plain_school(birth, today), name));
    }
  } else if (field == "children") {
    for (const std::string& birth : chosen) {
      if (!is_born(birth, today)) continue;
      const int age = plain_age(birth, today), a = std::stoi(values[0]);
      const int b = values.size() > 1 ? std::stoi(values[1]) : a;
      if (op == "=" || op == "!=") holds = holds || age == a;
      if (op == "<") holds = holds || age < a;
      if (op == "<=") holds = holds || age <= a;
      if (op == ">") holds = holds || age > a;
      if (op == ">=") holds = holds || age >= a;
      if (op == "between" || op == "notBetween") holds = holds || (age >= a && age <= b);
    }
  } else if (op == "all") {
    holds = std::all_of(values.begin(), values.end(), [&](const std::string& v) { return chosen.count(v) != 0; });
  } else {
    holds = std::any_of(values.begin(), values.end(), [&](const std::string& v) { return chosen.count(v) != 0; });
  }
  return holds != negative;
}

// --- the store's side ---

/// Bytes as Redis has them: only as long as the last bit that was ever set, now and then longer.
Bitmap as_stored(const std::vector<bool>& bits, Random& random) {
  Bitmap full(bits.size());
  for (std::size_t n = 0; n < bits.size(); ++n) full.set(n, bits[n]);
  std::string bytes = full.bytes();
  while (!bytes.empty() && bytes.back() == '\0' && !random.one_in(4)) bytes.pop_back();
  // A bitmap of its own short length means zeros as well.
  return random.one_in(4) ? Bitmap(bytes, bytes.size() * 8 < bits.size() ? bytes.size() * 8 : bits.size())
                          : Bitmap(bytes, bits.size());
}

Bitmap stored(const std::string& name, const std::vector<Resident>& people, Random& random) {
  std::vector<bool> bits;
  for (const Resident& who : people) {
    if (name == "followers") {
      bits.push_back(who.follows);
      continue;
    }
    const std::string rest = name.substr(2);
    const std::size_t colon = rest.find(':');
    const auto found = who.chosen.find(rest.substr(0, colon));
    bits.push_back(found != who.chosen.end() &&
                   (colon == std::string::npos || found->second.count(rest.substr(colon + 1)) != 0));
  }
  if (name != "followers") return as_stored(bits, random);
  Bitmap full(bits.size());
  for (std::size_t n = 0; n < bits.size(); ++n) full.set(n, bits[n]);
  return full;
}

}  // namespace

TEST_CASE("a segment over bitmaps is what asking each resident gives") {
  const store::AttributeSchema schema = kairan::test::segment_schema();
  std::uint64_t selected = 0, asked = 0;
  for (std::uint64_t seed = 0; seed < 12'000; ++seed) {
    Random random(seed);
    const Day today{2024 + random.upto(3), 1 + random.upto(11), 1 + random.upto(27)};
    std::vector<Resident> people;
    for (int n = random.upto(70); n >= 0; --n) people.push_back(random_resident(random, schema, today.year));
    const json rules = random_group(random, schema, 1 + random.upto(5));
    const Segment segment = must(parse_segment(rules.dump(), schema));
    const Date date(std::chrono::year(today.year), std::chrono::month(static_cast<unsigned>(today.month)),
                    std::chrono::day(static_cast<unsigned>(today.day)));
    const SegmentQuery query = segment.on(date);
    std::vector<Bitmap> bitmaps, received;
    for (const std::string& name : query.bitmaps()) bitmaps.push_back(stored(name, people, random));
    for (const std::string& id : query.broadcasts()) {
      std::vector<bool> bits;
      for (const Resident& who : people) bits.push_back(who.received.count(id) != 0);
      received.push_back(as_stored(bits, random));
    }
    const Bitmap result = query.evaluate(bitmaps, received);
    Bitmap expected(people.size());
    for (std::size_t n = 0; n < people.size(); ++n)
      expected.set(n, people[n].follows && plain(rules, people[n], today));
    selected += expected.count();
    asked += people.size();
    if (result == expected) continue;
    CAPTURE(seed, rules.dump(), format_iso(date));
    REQUIRE(result == expected);
  }
  // The cases say something: neither everybody nor nobody.
  CHECK(selected > asked / 10);
  CHECK(selected < asked / 2);
}
