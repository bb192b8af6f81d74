// What the reader and the writer of segments share. Only segment*.cpp include it.
#pragma once

#include <string>
#include <string_view>

#include "broadcasts/segment.h"

namespace kairan::broadcasts {

inline constexpr std::string_view kBroadcastField = "broadcast";
inline constexpr std::string_view kSchoolYearSuffix = ".school_year";

/// A problem as one line: "rules[1].value: …".
inline std::string detail_of(const SegmentProblem& problem) {
  return problem.path.empty() ? problem.message : problem.path + ": " + problem.message;
}

}  // namespace kairan::broadcasts
