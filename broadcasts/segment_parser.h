// What the reader and the writer of segments share. Only segment*.cpp include it.
#pragma once

#include <string>
#include <string_view>

#include "broadcasts/segment.h"

namespace kairan::broadcasts {

inline constexpr std::string_view kBroadcastField = "broadcast";
inline constexpr std::string_view kSchoolYearSuffix = ".school_year";

/// A problem as an error of one line: "rules[1].value: …".
inline Error problem_error(ErrorCode code, const SegmentProblem& problem) {
  return staff_error(code, at_place(problem.path, problem.message));
}

}  // namespace kairan::broadcasts
