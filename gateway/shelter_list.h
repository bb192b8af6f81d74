// The city's shelters and the search among them. Pure; constant once loaded; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_problem.h"
#include "base/result.h"

namespace kairan::gateway {

struct Shelter {
  std::string name, reading, address, district;
  double latitude = 0, longitude = 0;
  int capacity = 0;                  ///< people; 0 = not known
  std::vector<std::string> hazards;  ///< as in the file: 洪水, 土砂災害, 高潮, 地震, 津波, 大規模な火事, 内水氾濫, 火山現象
  std::string note;

  bool fit_for(std::string_view hazard) const;
  /// Fit for all of these; true for none.
  bool fit_for_all(const std::vector<std::string>& wanted) const;
};

struct NearShelter {
  const Shelter* shelter = nullptr;
  double metres = 0;      ///< as the crow flies
  std::string direction;  ///< 「北東」: from the asker to the shelter
};

class ShelterList {
 public:
  /// Reads FOLDER/shelters.csv; an absent file is an empty list. Rows without a name or a place are left out (`content check`
  /// reports them).
  static ShelterList load(const std::string& folder);
  explicit ShelterList(std::vector<Shelter> shelters) : shelters_(std::move(shelters)) {}
  ShelterList() = default;

  const std::vector<Shelter>& all() const { return shelters_; }
  /// The nearest that `wanted` holds for, nearest first.
  template <typename Wanted>
  std::vector<NearShelter> near(double latitude, double longitude, std::size_t count, const Wanted& wanted) const {
    std::vector<NearShelter> found;
    for (const Shelter& shelter : shelters_) {
      if (wanted(shelter)) found.push_back(measure(shelter, latitude, longitude));
    }
    return nearest(std::move(found), count);
  }
  /// Those whose name or reading stands in `text`, or in whose name `text` stands (folded; at least two characters).
  std::vector<const Shelter*> named(std::string_view text) const;

  static NearShelter measure(const Shelter& shelter, double latitude, double longitude);

 private:
  static std::vector<NearShelter> nearest(std::vector<NearShelter> found, std::size_t count);
  std::vector<Shelter> shelters_;
};

/// 「約800m」, 「約1.2km」.
std::string distance_ja(double metres);
/// About how long it takes on foot, at 80 m a minute with a third more for streets.
int walking_minutes(double metres);
/// What a shelter must be fit for, for a kind of hazard of broadcasts/alert_kinds.h: "rain" → 洪水; "" when none matters.
std::string hazard_of_kind(std::string_view kind);

}  // namespace kairan::gateway
