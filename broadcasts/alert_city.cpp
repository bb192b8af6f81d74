#include "broadcasts/alert_city.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/tabular/grid.h"
#include "base/yaml_tree.h"

namespace kairan::broadcasts {
namespace {

constexpr std::size_t kMaxCityBytes = 1 << 20;

bool digits(std::string_view text, std::size_t count) {
  return text.size() == count && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// JIS X 0402's check digit over the five digits of prefecture and city.
char check_digit(std::string_view five) {
  int sum = 0;
  for (std::size_t i = 0; i < 5; ++i) sum += (five[i] - '0') * static_cast<int>(6 - i);
  return static_cast<char>('0' + (11 - sum % 11) % 10);
}

bool read_degrees(std::string_view text, double& out) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failure == std::errc() && end == text.data() + text.size();
}

std::string degrees(double value) {
  std::array<char, 32> text{};
  const auto [end, failure] = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), failure == std::errc() ? end : text.data()};
}

/// For YAML: a text of JSON is one.
std::string quoted(const std::string& text) {
  return dump_json(nlohmann::json(text));
}

void read_places(const std::string& folder, AlertCity& city) {
  const std::string file(kAlertPlacesFile);
  const std::string path = folder + "/" + file;
  if (!std::filesystem::exists(path)) return;
  std::vector<FileProblem> ignored;  // `content check` reports them
  const auto grid = read_grid(path, file, ignored);
  if (!grid) return;
  const Table table(file, *grid);
  const auto latitude = table.column("緯度");
  const auto longitude = table.column("経度");
  for (const GridRow& row : table.rows()) {
    double lat = 0;
    double lon = 0;
    if (read_degrees(Table::cell(row, latitude), lat) && read_degrees(Table::cell(row, longitude), lon))
      city.places.emplace_back(lat, lon);
  }
}

Error city_problem(const std::string& message, std::vector<FileProblem>& problems) {
  const std::string file(kAlertCityFile);
  problems.push_back({file, 0, "", message, false});
  return {ErrorCode::kInvalid, file + ": " + message};
}

/// Without the places.
Result<AlertCity> parse_city(std::string_view text, std::vector<FileProblem>& problems) {
  const auto fail = [&](const std::string& message) { return city_problem(message, problems); };
  const Result<YamlNode> root = parse_yaml(text);
  if (!root) return fail("YAMLとして読めません（" + root.error().detail + "）。");
  const YamlChecker check(std::string(kAlertCityFile), problems);
  AlertCity city;
  city.name = check.text(*root, "", "name");
  city.prefecture = check.text(*root, "", "prefecture");
  const YamlNode* const jma = root->find("jma");
  if (jma == nullptr)
    return fail(
        "「jma:」に気象庁の地域コード（city, area, region, prefecture, earthquake, tsunami）を書いてください。");
  const auto code = [&](std::string_view key, std::size_t length, std::string& out, bool required = true) {
    out = check.text(*jma, "jma", key);
    if (out.empty() && !required) return;
    if (!digits(out, length))
      check.problem(
          jma->line, "jma",
          "「" + std::string(key) + "」には" + std::to_string(length) + "桁の数字を \"\" で囲んで書いてください。");
  };
  code("city", 7, city.city_code);
  code("area", 6, city.area_code);
  code("region", 6, city.region_code);
  code("prefecture", 6, city.prefecture_code);
  code("earthquake", 3, city.earthquake_code);
  code("tsunami", 3, city.tsunami_code, false);  // not every city has a coast
  if (check.failed()) return Error{ErrorCode::kInvalid, "city.yaml の地域コードに誤りがあります"};
  if (const YamlNode* const list = root->find("districts"); list != nullptr) {
    for (const YamlNode& item : list->list) {
      AlertDistrict district{check.text(item, "districts", "id"), check.text(item, "districts", "name"), {}};
      district.names = check.texts(item, "districts", "aliases");
      const std::string suffix = "地区";
      if (std::find(district.names.begin(), district.names.end(), district.name + suffix) == district.names.end())
        district.names.push_back(district.name + suffix);
      city.districts.push_back(std::move(district));
    }
  }
  return city;
}

}  // namespace

bool AlertCity::is_city_code(std::string_view code) const {
  if (city_code.size() != 7) return false;
  const std::string_view five = std::string_view(city_code).substr(0, 5);
  return code == city_code || code == five ||
         (code.size() == 6 && code.substr(0, 5) == five && code[5] == check_digit(five));
}

std::vector<std::string> AlertCity::districts_in(std::string_view text) const {
  // Longest names first and taken out, so that 「北鹿島地区」 is not also 「鹿島地区」.
  std::vector<std::pair<std::string_view, const AlertDistrict*>> all;
  for (const AlertDistrict& district : districts) {
    for (const std::string& written : district.names) all.emplace_back(written, &district);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  std::string rest(text);
  std::vector<std::string> found;
  for (const auto& [written, district] : all) {
    for (std::size_t at = rest.find(written); at != std::string::npos; at = rest.find(written)) {
      rest.replace(at, written.size(), "\n");
      if (std::find(found.begin(), found.end(), district->id) == found.end()) found.push_back(district->id);
    }
  }
  return found;
}

const AlertDistrict* AlertCity::district(std::string_view id) const {
  const auto found =
      std::find_if(districts.begin(), districts.end(), [&](const auto& district) { return district.id == id; });
  return found == districts.end() ? nullptr : &*found;
}

std::string city_text(const AlertCity& city) {
  std::string text = "name: " + quoted(city.name) + "\nprefecture: " + quoted(city.prefecture) + "\njma:\n";
  const auto code = [&](const char* key, const std::string& value) {
    if (!value.empty()) text += std::string("  ") + key + ": " + quoted(value) + "\n";
  };
  code("city", city.city_code);
  code("area", city.area_code);
  code("region", city.region_code);
  code("prefecture", city.prefecture_code);
  code("earthquake", city.earthquake_code);
  code("tsunami", city.tsunami_code);
  if (!city.districts.empty()) text += "districts:\n";
  for (const AlertDistrict& district : city.districts) {
    std::string names;
    for (const std::string& name : district.names) names += (names.empty() ? "" : ", ") + quoted(name);
    text += "  - {id: " + quoted(district.id) + ", name: " + quoted(district.name) + ", aliases: [" + names + "]}\n";
  }
  return text;
}

std::string places_text(const AlertCity& city) {
  std::string text;
  for (const auto& [latitude, longitude] : city.places) text += degrees(latitude) + "," + degrees(longitude) + "\n";
  return text;
}

Result<AlertCity> read_city_texts(std::string_view city, std::string_view places, std::vector<FileProblem>& problems) {
  Result<AlertCity> read = parse_city(city, problems);
  if (!read) return read;
  while (!places.empty()) {
    const std::string_view line = places.substr(0, places.find('\n'));
    places.remove_prefix(std::min(places.size(), line.size() + 1));
    const std::size_t comma = std::min(line.find(','), line.size());
    std::pair<double, double> place;
    if (!read_degrees(line.substr(0, comma), place.first) ||
        !read_degrees(line.substr(std::min(comma + 1, line.size())), place.second))
      return Error{ErrorCode::kInvalid, std::string(kAlertPlacesFile) + ": 位置を読めません"};
    read->places.push_back(place);
  }
  return read;
}

Result<AlertCity> load_alert_city(const std::string& folder, std::vector<FileProblem>& problems) {
  const Result<std::string> text = read_text_file(folder + "/" + std::string(kAlertCityFile), kMaxCityBytes);
  if (!text) return city_problem("ファイルを読めません（" + text.error().detail + "）。", problems);
  Result<AlertCity> city = parse_city(*text, problems);
  if (city) read_places(folder, *city);
  return city;
}

}  // namespace kairan::broadcasts
