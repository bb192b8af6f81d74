#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/text.h"
#include "intents/import/parts.h"

namespace kairan::intents {
namespace {

const std::vector<std::string> kShelterHeader{"名称", "よみ",     "住所", "地区ID", "緯度",
                                              "経度", "収容人数", "災害", "備考",   "見本"};

/// A hazard of ours and what columns and properties call it (the 2020 standard of open data; GSI's list).
struct Hazard {
  const char* name;
  std::array<const char*, 4> columns;
};
constexpr std::array<Hazard, 8> kHazards{
    {{"洪水", {"災害種別_洪水", "洪水", "flood", "災害種別_洪水等"}},
     {"土砂災害", {"災害種別_崖崩れ、土石流及び地滑り", "崖崩れ、土石流及び地滑り", "土砂災害", "災害種別_土砂災害"}},
     {"高潮", {"災害種別_高潮", "高潮", "storm_surge", "高潮災害"}},
     {"地震", {"災害種別_地震", "地震", "earthquake", "地震災害"}},
     {"津波", {"災害種別_津波", "津波", "tsunami", "津波災害"}},
     {"大規模な火事", {"災害種別_大規模な火事", "大規模な火事", "fire", "大規模火災"}},
     {"内水氾濫", {"災害種別_内水氾濫", "内水氾濫", "inland_flood", "内水"}},
     {"火山", {"災害種別_火山現象", "火山現象", "volcano", "火山"}}}};

const std::vector<ColumnNames>& shelter_columns() {
  static const std::vector<ColumnNames> names{
      {"名称",
       {"施設名", "避難所名", "施設・場所名", "name", "避難場所名", "施設名称", "避難場所", "避難所", "施設の名称",
        "場所名称"}},
      {"住所", {"所在地_連結表記", "所在地", "address", "施設所在地", "所在"}},
      {"よみ", {"名称_カナ", "施設名_カナ", "ふりがな", "フリガナ", "名称（カナ）"}},
      {"地区ID", {}},
      {"緯度", {"lat", "latitude", "北緯"}},
      {"経度", {"lon", "lng", "longitude", "東経"}},
      {"収容人数", {"想定収容人数", "収容可能人数", "収容人員", "定員"}},
      {"災害", {}},
      {"備考", {"注意事項", "特記事項"}}};
  return names;
}

bool is_flag(const std::string& cell) {
  return parse_yes_no(cell).value_or(false);
}

std::string json_cell(const nlohmann::json& object, std::string_view key) {
  const nlohmann::json* const member = json_member(object, key);
  if (member == nullptr || member->is_null()) return {};
  return member->is_string() ? member->get<std::string>() : dump_json(*member);
}

/// GeoJSON: features with properties and [longitude, latitude].
std::optional<Imported> shelters_from_json(const std::string& bytes, const std::string& shown,
                                           std::vector<FileProblem>& problems) {
  const Result<nlohmann::json> parsed = parse_json(bytes, {kMaxTableBytes, 16});
  const nlohmann::json* const features = parsed ? json_member(*parsed, "features") : nullptr;
  if (features == nullptr || !features->is_array()) {
    problems.push_back(
        {shown, 0, "features", "GeoJSON（features）ではありません。CSVかExcelにして取り込んでください。", false});
    return std::nullopt;
  }
  std::vector<std::vector<std::string>> rows;
  for (const nlohmann::json& feature : *features) {
    const nlohmann::json* const found = json_member(feature, "properties");
    if (found == nullptr) continue;
    const nlohmann::json& properties = *found;
    const auto first = [&](std::initializer_list<std::string_view> names) {
      for (const std::string_view name : names) {
        std::string text = json_cell(properties, name);
        if (!text.empty()) return text;
      }
      return std::string();
    };
    std::string latitude, longitude, hazards;
    const nlohmann::json* const geometry = json_member(feature, "geometry");
    const nlohmann::json* const point = geometry == nullptr ? nullptr : json_member(*geometry, "coordinates");
    if (point != nullptr && point->is_array() && point->size() >= 2) {
      longitude = dump_json((*point)[0]);
      latitude = dump_json((*point)[1]);
    }
    for (const Hazard& hazard : kHazards) {
      for (const char* const column : hazard.columns) {
        if (!is_flag(json_cell(properties, column))) continue;
        hazards += (hazards.empty() ? "" : ";") + std::string(hazard.name);
        break;
      }
    }
    rows.push_back({first({"施設・場所名", "名称", "name"}), first({"名称_カナ", "よみ"}), first({"住所", "address"}),
                    "", latitude, longitude, first({"想定収容人数", "収容人数"}), hazards,
                    first({"備考", "受入対象者"}), ""});
  }
  Imported imported;
  imported.rows = rows.size();
  imported.shape = "GeoJSON";
  imported.files = {{"shelters.csv", write_csv(kShelterHeader, rows)}};
  return imported;
}

}  // namespace

std::optional<Imported> import_shelters(const ImportOptions& options, std::vector<FileProblem>& problems) {
  const std::optional<std::string> bytes = read_bytes(options.file, problems);
  if (!bytes) return std::nullopt;
  const std::size_t start = bytes->find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (start != std::string::npos && (*bytes)[start] == '{') {
    return shelters_from_json(bytes->substr(start), file_name(options.file), problems);
  }
  const std::optional<Source> source = read_source(options.file, problems, shelter_columns(), &options);
  if (!source) return std::nullopt;
  const Table& table = source->table;
  const auto find = [&](const char* ours) {
    const auto names = std::find_if(shelter_columns().begin(), shelter_columns().end(),
                                    [&](const ColumnNames& each) { return std::string_view(each.ours) == ours; });
    return source_column(table, options, *names, problems);
  };
  const auto name = find("名称");
  const auto address = find("住所");
  if (!name) report_missing(table, "名称", problems);
  if (!address) report_missing(table, "住所", problems);
  if (!name || !address) return std::nullopt;
  const auto reading = find("よみ");
  const auto district = find("地区ID");
  const auto latitude = find("緯度");
  const auto longitude = find("経度");
  const auto capacity = find("収容人数");
  const auto listed = find("災害");
  const auto note = find("備考");
  std::vector<std::vector<std::string>> rows;
  for (const GridRow& cells : table.rows()) {
    std::string hazards = Table::cell(cells, listed);
    for (const Hazard& hazard : kHazards) {
      for (const char* const column : hazard.columns) {
        if (!is_flag(Table::cell(cells, table.column(column)))) continue;
        hazards += (hazards.empty() ? "" : ";") + std::string(hazard.name);
        break;
      }
    }
    if (Table::cell(cells, name).empty()) continue;
    rows.push_back({Table::cell(cells, name), Table::cell(cells, reading), Table::cell(cells, address),
                    Table::cell(cells, district), Table::cell(cells, latitude), Table::cell(cells, longitude),
                    Table::cell(cells, capacity), hazards, Table::cell(cells, note), ""});
  }
  Imported imported;
  imported.rows = rows.size();
  imported.shape = "CSVまたはExcelの表";
  imported.files = {{"shelters.csv", write_csv(kShelterHeader, rows)}};
  return imported;
}

}  // namespace kairan::intents
