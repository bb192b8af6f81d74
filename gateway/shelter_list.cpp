#include "gateway/shelter_list.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "base/tabular/grid.h"
#include "base/text.h"

namespace kairan::gateway {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kEarthMetres = 6'371'000;
constexpr std::size_t kMaxShelters = 5000;
constexpr std::size_t kLeastNameBytes = 6;  ///< two kana or kanji

bool read_decimal(const std::string& text, double& out) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failure == std::errc() && end == text.data() + text.size();
}

}  // namespace

bool Shelter::fit_for(std::string_view hazard) const { return std::find(hazards.begin(), hazards.end(), hazard) != hazards.end(); }

bool Shelter::fit_for_all(const std::vector<std::string>& wanted) const {
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& hazard) { return fit_for(hazard); });
}

ShelterList ShelterList::load(const std::string& folder) {
  std::vector<Shelter> shelters;
  const std::string path = folder + "/shelters.csv";
  if (!std::filesystem::exists(path)) return ShelterList();
  std::vector<FileProblem> ignored;
  auto grid = read_grid(path, "shelters.csv", ignored);
  if (!grid) return ShelterList();
  const Table table("shelters.csv", *std::move(grid));
  const auto cell = [&](const GridRow& row, std::string_view name) { return Table::cell(row, table.column(name)); };
  for (const GridRow& row : table.rows()) {
    Shelter shelter;
    shelter.name = cell(row, "名称");
    if (shelter.name.empty() || !read_decimal(cell(row, "緯度"), shelter.latitude) ||
        !read_decimal(cell(row, "経度"), shelter.longitude))
      continue;
    if (std::abs(shelter.latitude) > 90 || std::abs(shelter.longitude) > 180 || shelters.size() >= kMaxShelters) continue;
    shelter.reading = cell(row, "よみ");
    shelter.address = cell(row, "住所");
    shelter.district = cell(row, "地区ID");
    double capacity = 0;
    if (read_decimal(cell(row, "収容人数"), capacity) && capacity > 0 && capacity < 1'000'000)
      shelter.capacity = static_cast<int>(capacity);
    shelter.hazards = split_values(cell(row, "災害"));
    shelter.note = cell(row, "備考");
    shelters.push_back(std::move(shelter));
  }
  return ShelterList(std::move(shelters));
}

NearShelter ShelterList::measure(const Shelter& shelter, double latitude, double longitude) {
  const double from = latitude * kPi / 180;
  const double to = shelter.latitude * kPi / 180;
  const double turn = (shelter.longitude - longitude) * kPi / 180;
  const double half_north = std::sin((to - from) / 2);
  const double half_east = std::sin(turn / 2);
  const double a = half_north * half_north + std::cos(from) * std::cos(to) * half_east * half_east;
  NearShelter near;
  near.shelter = &shelter;
  near.metres = 2 * kEarthMetres * std::asin(std::min(1.0, std::sqrt(a)));
  const double bearing = std::atan2(std::sin(turn) * std::cos(to), std::cos(from) * std::sin(to) - std::sin(from) * std::cos(to) * std::cos(turn));
  static const std::array<const char*, 8> kDirections{"北", "北東", "東", "南東", "南", "南西", "西", "北西"};
  const int eighth = static_cast<int>(std::lround((bearing < 0 ? bearing + 2 * kPi : bearing) / (kPi / 4))) % 8;
  near.direction = kDirections[static_cast<std::size_t>(eighth)];
  return near;
}

std::vector<NearShelter> ShelterList::nearest(std::vector<NearShelter> found, std::size_t count) {
  std::stable_sort(found.begin(), found.end(), [](const NearShelter& a, const NearShelter& b) { return a.metres < b.metres; });
  if (found.size() > count) found.resize(count);
  return found;
}

std::vector<const Shelter*> ShelterList::named(std::string_view text) const {
  const std::string wanted = fold_key(text);
  std::vector<const Shelter*> found;
  if (wanted.size() < kLeastNameBytes) return found;
  for (const Shelter& shelter : shelters_) {
    const std::string name = fold_key(shelter.name);
    const std::string reading = fold_key(shelter.reading);
    const auto stands_in = [&](const std::string& part) { return part.size() >= kLeastNameBytes && wanted.find(part) != std::string::npos; };
    if (stands_in(name) || stands_in(reading) || name.find(wanted) != std::string::npos) found.push_back(&shelter);
  }
  return found;
}

std::string distance_ja(double metres) {
  if (metres < 1000) return "約" + std::to_string(std::lround(metres / 10) * 10) + "m";
  const long tenths = std::lround(metres / 100);
  return "約" + std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "km";
}

int walking_minutes(double metres) { return std::max(1, static_cast<int>(std::ceil(metres * 4 / 3 / 80))); }

std::string hazard_of_kind(std::string_view kind) {
  if (kind == "rain" || kind == "flood" || kind == "river" || kind == "record-rain") return "洪水";
  if (kind == "landslide") return "土砂災害";
  if (kind == "surge") return "高潮";
  if (kind == "tsunami") return "津波";
  if (kind == "earthquake" || kind == "long-period" || kind == "eew") return "地震";
  if (kind == "volcano") return "火山現象";
  return {};
}

}  // namespace kairan::gateway
