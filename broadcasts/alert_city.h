// What makes a warning ours: the city's codes, names, districts and places. Read from city.yaml and shelters.csv of the
// content. Values only; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file_problem.h"
#include "base/result.h"

namespace kairan::broadcasts {

inline constexpr std::string_view kAlertCityFile = "city.yaml";
inline constexpr std::string_view kAlertPlacesFile = "shelters.csv";

struct AlertDistrict {
  std::string id;
  std::string name;
  std::vector<std::string> names;  ///< every way to write it, the name included
};

struct AlertCity {
  std::string name;        ///< 「鹿島市」
  std::string prefecture;  ///< 「佐賀県」
  std::string city_code;       ///< JMA's 市町村等, seven digits: "4120700"
  std::string area_code;       ///< 市町村等をまとめた地域: "410014"
  std::string region_code;     ///< 一次細分区域: "410010"
  std::string prefecture_code; ///< 府県予報区: "410000"
  std::string earthquake_code; ///< 地震情報の細分区域: "721"
  std::string tsunami_code;    ///< 津波予報区: "712"
  std::vector<std::string> offices;  ///< JMA's offices that issue for the prefecture (alerts.yaml)
  std::vector<AlertDistrict> districts;
  std::vector<std::pair<double, double>> places;  ///< latitude, longitude of shelters: a polygon that holds one is ours

  /// The city's code as L-Alert writes it: JIS X 0401/0402 with or without check digit ("412074", "41207"), or JMA's.
  bool is_city_code(std::string_view code) const;
  /// Districts whose name or alias stands in `text`.
  std::vector<std::string> districts_in(std::string_view text) const;
  const AlertDistrict* district(std::string_view id) const;
};

/// What decides whom a warning concerns, as text that is the same for the same city: names, codes and districts in the form of
/// city.yaml, one place a line as "latitude,longitude". What else stands in the files changes neither.
std::string city_text(const AlertCity& city);
std::string places_text(const AlertCity& city);
/// Back from those texts; `offices` stay empty. kInvalid with problems added.
Result<AlertCity> read_city_texts(std::string_view city, std::string_view places, std::vector<FileProblem>& problems);

/// Reads FOLDER/city.yaml and, when it is there, the places of FOLDER/shelters.csv. kInvalid with problems added when a code
/// is missing.
Result<AlertCity> load_alert_city(const std::string& folder, std::vector<FileProblem>& problems);

}  // namespace kairan::broadcasts
